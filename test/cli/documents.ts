import * as generated from '../../src/generated/documents.js';

/** Every document that the command line sends, by the name of its operation. */
export const documents: ReadonlyMap<string, string> = new Map(
  Object.entries(generated).flatMap(([name, value]) =>
    name.endsWith('Document') ? [[name.slice(0, -'Document'.length), value.toString().trim()]] : [],
  ),
);

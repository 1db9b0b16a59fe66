import { createRequire } from 'node:module';
import type * as Yaml from 'yaml';

const load = createRequire(import.meta.url);

/** Text that needs no quotes, unless the library knows better. Readers of YAML 1.1 take `=` for a tag. */
const PLAIN = /^(?!=$)[!-~](?:[ -~]*[!-~])?$/;
const CONTROLS = /[\u007f-\u009f\p{Cf}\u2028\u2029]/gu;

/** YAML that says the same to readers of YAML 1.1 and 1.2, and escapes the characters that could control a terminal. */
export function toYaml(value: unknown): string {
  // Few commands print YAML, and the others start sooner without the library.
  const { Document, visit }: typeof Yaml = load('yaml');
  const document = new Document(value, { aliasDuplicateObjects: false, compat: 'yaml-1.1' });
  visit(document, {
    Scalar(_key, node) {
      // Only text in double quotes can have escapes.
      if (typeof node.value === 'string' && !PLAIN.test(node.value)) node.type = 'QUOTE_DOUBLE';
    },
  });
  const text = document.toString({ lineWidth: 0, blockQuote: false, doubleQuotedAsJSON: true });
  return text.trimEnd().replace(CONTROLS, escaped);
}

function escaped(character: string): string {
  return `\\U${(character.codePointAt(0) ?? 0).toString(16).padStart(8, '0')}`;
}

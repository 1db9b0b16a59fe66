import { stringify } from 'yaml';
import { PolicyRevisionDocument, type RevisionFragment } from '../../../generated/documents.js';
import type { FileEntry } from '../../../platform/policy/index.js';
import { formatUserError, type Given, given, type Mutation, type Payload, request } from '../../common/client.js';
import { CliError, EXIT } from '../../common/errors.js';
import { printable } from '../../common/output.js';
import { get, type Session } from '../../common/session.js';
import { readPolicyEntries } from './policy-file.js';

export const getRevision = (session: Session, number?: number): Promise<RevisionFragment> =>
  get(session, PolicyRevisionDocument, { number }, 'revision');

interface FileInput {
  readonly overrides: readonly FileEntry[];
  readonly enforceNewDefaults: boolean;
}

/** A policy file's content as API input; settings that the file does not have keep their current value. */
export interface FileChange {
  readonly input: FileInput;
  readonly inForce: RevisionFragment;
  /** Sends the change; reports user errors by the lines of the file. */
  send<P extends Payload, More, Field extends keyof P>(
    document: Mutation<P, FileInput & More>,
    more: Omit<NoInfer<More>, keyof FileInput>,
    ...fields: readonly Field[]
  ): Promise<Given<P, Field>>;
}

/** Reads a policy file to send. @throws CliError with file and line. */
export async function readChange(session: Session, file: string, newDefaults?: boolean): Promise<FileChange> {
  const entries = await readPolicyEntries(file);
  const inForce = await getRevision(session);
  const overrides = entries.map(({ name, check }) => ({ name, check }));
  const input = { overrides, enforceNewDefaults: newDefaults ?? inForce.enforceNewDefaults };
  const send: FileChange['send'] = async <P extends Payload, More, Field extends keyof P>(
    document: Mutation<P, FileInput & More>,
    more: Omit<NoInfer<More>, keyof FileInput>,
    ...fields: readonly Field[]
  ) => {
    const whole = { ...input, ...more } as FileInput & More;
    const { payload } = await request(session.connection, document, { input: whole });
    if (payload === null) throw new CliError('the server returned nothing', EXIT.unavailable);
    const lineOf = (error: Payload['userErrors'][number]) => entries[Number(error.path[2])]?.line;
    if (payload.userErrors.length === 0) return given(session.connection, payload, fields);
    throw new CliError(
      payload.userErrors.map((error) => {
        const line = error.path[1] === 'overrides' ? lineOf(error) : undefined;
        if (line === undefined) return formatUserError(error);
        return printable(`${error.code} in ${file}: line ${line}: ${error.message}`);
      }),
    );
  };
  return { input, inForce, send };
}

/** The policy file of a revision. */
export function toPolicyFile({ number, enforceNewDefaults, overrides }: RevisionFragment): string {
  const notes = [
    `Revision ${number}`,
    ...(enforceNewDefaults ? [] : ['deprecated checks allow too: import with --old-defaults']),
  ];
  const head = `# ${notes.join('; ')}\n`;
  const entries = Object.fromEntries(overrides.map(({ name, check }) => [name, check]));
  return overrides.length === 0
    ? `${head}{}`
    : `${head}${stringify(entries, { lineWidth: 0, defaultStringType: 'QUOTE_DOUBLE' }).trimEnd()}`;
}

/** The changes from the first entries to the second: `-` removed, `+` added, `~` changed. */
export function differences(from: readonly FileEntry[], to: readonly FileEntry[]): readonly string[] {
  const [old, young] = [from, to].map((entries) => new Map(entries.map(({ name, check }) => [name, check])));
  const names = [...new Set([...from, ...to].map(({ name }) => name))].sort();
  return names.flatMap((name) => {
    const [was, is] = [old?.get(name), young?.get(name)];
    if (was === is) return [];
    if (was === undefined) return [`+ ${name}: ${is}`];
    if (is === undefined) return [`- ${name}: ${was}`];
    return [`~ ${name}: ${was} -> ${is}`];
  });
}

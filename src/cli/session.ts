import type { Command } from 'commander';
import { type Connection, mutate, parseServer, request, type Variables } from './client.js';
import { readCredentials, tokenOf } from './contexts.js';
import { DEFAULT_SERVER, type Environment, readEnvironment } from './environment.js';
import { CliError, EXIT } from './errors.js';
import { type Column, type Format, formatList, formatObject, type Row } from './output.js';
import { readSecretFile } from './secrets.js';
import { print, tell } from './terminal.js';

/** What every command works with: where to send requests, as whom, and how to print. */
export interface Session {
  readonly environment: Environment;
  readonly format: Format;
  readonly connection: Connection;
}

interface GlobalOptions {
  readonly output?: Format;
  readonly server?: string;
}

/** Opens the session of a command: options win over the environment, and that over what was kept at log-in. */
export async function openSession(command: Command): Promise<Session> {
  const { output = 'table', server: named } = command.optsWithGlobals<GlobalOptions>();
  const environment = readEnvironment();
  const credentials = await readCredentials(environment.home);
  const server = parseServer(named ?? environment.server ?? credentials.current ?? DEFAULT_SERVER);
  const shown = (await shownIn(environment)) ?? { token: tokenOf(credentials.servers[server]) };
  return { environment, format: output, connection: { server, ...shown } };
}

/** What the environment says to use instead of what was kept. */
async function shownIn({ token, credential, credentialFile }: Environment): Promise<Partial<Connection> | null> {
  if (token !== undefined) return { token };
  const pair = credential ?? (credentialFile === undefined ? undefined : await readSecretFile(credentialFile));
  return pair === undefined ? null : { credential: pair };
}

/** Sends a query for one object and answers it; what is null is missing or hidden, which nobody can tell apart. */
export async function get(session: Session, document: string, variables: Variables, what: string): Promise<Row> {
  const { item } = await request<{ item: Row | null }>(session.connection, document, variables);
  if (item === null) throw new CliError(`NOT_FOUND: No such ${what}.`, EXIT.notFound);
  return item;
}

export function send<P extends object>(session: Session, document: string, input: Variables): Promise<P> {
  return mutate<P>(session.connection, document, input);
}

export function printList(session: Session, rows: readonly Row[], columns: readonly Column[]): void {
  const text = formatList(session.format, rows, columns);
  if (text !== '') print(text);
}

export function printObject(session: Session, row: Row, columns: readonly Column[]): void {
  print(formatObject(session.format, row, columns));
}

/** A sentence for people: only where the output is for people too. */
export function note(session: Session, text: string): void {
  if (session.format === 'table') tell(text);
}

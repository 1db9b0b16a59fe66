import type { Command } from 'commander';
import {
  type Connection,
  type Document,
  type Given,
  type Mutation,
  mutate,
  type Payload,
  parseServer,
  request,
} from './client.js';
import { readCredentials, tokenOf } from './contexts.js';
import { DEFAULT_SERVER, type Environment, readEnvironment } from './environment.js';
import { CliError, EXIT } from './errors.js';
import type { Row } from './output.js';
import { readSecretFile } from './secrets.js';
import { formatList, formatObject, isForPeople, type Table, type View } from './table.js';
import { print, tell } from './terminal.js';
import { viewOf } from './view.js';

/** What every command needs: the server, the authentication, and how to print. */
export interface Session extends View {
  readonly environment: Environment;
  readonly connection: Connection;
}

/** Opens the session of a command: options have priority over the environment, and that over stored log-ins. */
export async function openSession(command: Command): Promise<Session> {
  const { server: named } = command.optsWithGlobals<{ server?: string }>();
  const view = viewOf(command);
  const environment = readEnvironment();
  const credentials = await readCredentials(environment.home);
  const server = parseServer(named ?? environment.server ?? credentials.current ?? DEFAULT_SERVER);
  const presented = (await presentedIn(environment)) ?? { token: tokenOf(credentials.servers[server]) };
  return { ...view, environment, connection: { server, ...presented } };
}

/** The token or credential from the environment, which replaces a stored one. */
async function presentedIn({ token, credential, credentialFile }: Environment): Promise<Partial<Connection> | null> {
  if (token !== undefined) return { token };
  const pair = credential ?? (credentialFile === undefined ? undefined : await readSecretFile(credentialFile));
  return pair === undefined ? null : { credential: pair };
}

/** Sends a query for one object and returns it; null means missing or hidden, which look the same. */
export async function get<Item, Variables>(
  session: Session,
  document: Document<{ readonly item: Item | null }, Variables>,
  variables: NoInfer<Variables>,
  what: string,
): Promise<Item> {
  const { item } = await request(session.connection, document, variables);
  if (item === null) throw new CliError(`NOT_FOUND: No such ${what}.`, EXIT.notFound);
  return item;
}

/** Sends a mutation; `fields` are those that the payload has unless it is refused. */
export function send<P extends Payload, Input, Field extends keyof P = never>(
  session: Session,
  document: Mutation<P, Input>,
  input: NoInfer<Input>,
  ...fields: readonly Field[]
): Promise<Given<P, Field>> {
  return mutate(session.connection, document, input, ...fields);
}

export function printList<Item extends Row>(view: View, rows: readonly Item[], table: Table<NoInfer<Item>>): void {
  const text = formatList(view, rows, table);
  if (text !== '') print(text);
}

export function printObject<Item extends Row>(view: View, row: Item, table: Table<NoInfer<Item>>): void {
  print(formatObject(view, row, table));
}

/** A sentence for people, only if the output is for people too. */
export function note({ format }: View, text: string): void {
  if (isForPeople(format)) tell(text);
}

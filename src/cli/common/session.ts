import { resolve } from 'node:path';
import type { Command } from 'commander';
import { type Document, type Given, type Mutation, mutate, type Payload, request } from './client.js';
import { type Connection, parseServer } from './connection.js';
import { type Context, type Credentials, chooseContext, getContext, tokenOf } from './contexts.js';
import { readCredentials } from './credentials-file.js';
import { DEFAULT_SERVER, type Environment, readEnvironment } from './environment.js';
import { CliError, EXIT } from './errors.js';
import { readTextFile, requirePrivate } from './files.js';
import type { Row } from './output.js';
import { type ScopeOptions, scopeOptions, scopeWords } from './scopes.js';
import { readSecretFile } from './secrets.js';
import { shellWord } from './shell.js';
import { formatList, formatObject, isData, isForPeople, type Table, type View } from './table.js';
import { print, tell } from './terminal.js';
import { viewOf } from './view.js';

/** What every command needs: the server, the authentication, and how to print. */
export interface Session extends View {
  readonly environment: Environment;
  readonly connection: Connection;
  /** The stored log-ins, and the one that the command uses. */
  readonly credentials: Credentials;
  readonly context: string | null;
  /** The scope of the stored token; null where another is presented, or none was chosen. */
  readonly scope: ScopeOptions | null;
  /** The file of authorities to trust in addition. */
  readonly caFile: string | undefined;
}

interface PlaceOptions {
  readonly server?: string;
  readonly context?: string;
  readonly caFile?: string;
}

/** Opens the session of a command: options have priority over the environment, and that over stored log-ins. */
export async function openSession(command: Command): Promise<Session> {
  return sessionOf(command, command.optsWithGlobals<PlaceOptions>(), readEnvironment());
}

/** Opens the session of a log-in, which may make the context that is named. */
export async function openLogin(command: Command): Promise<Session & { readonly asked: string | undefined }> {
  const options = command.optsWithGlobals<PlaceOptions>();
  const environment = readEnvironment();
  const asked = options.context ?? environment.context;
  const { contexts } = await readCredentials(environment.home);
  const isKnown = asked === undefined || Object.hasOwn(contexts, asked);
  const without = <T extends object>(given: T): T => (isKnown ? given : { ...given, context: undefined });
  return { ...(await sessionOf(command, without(options), without(environment))), environment, asked };
}

/** Opens the session of a context, whatever else is named. */
export async function openNamed(command: Command, context: string): Promise<Session> {
  const { caFile } = command.optsWithGlobals<PlaceOptions>();
  return sessionOf(command, { context, ...(caFile && { caFile }) }, readEnvironment());
}

async function sessionOf(command: Command, options: PlaceOptions, environment: Environment): Promise<Session> {
  const view = viewOf(command);
  const credentials = await readCredentials(environment.home);
  const named = [options, environment].map(({ context, server }) => ({
    context,
    server: server && parseServer(server),
  }));
  const { name, server } = chooseContext(credentials, named, DEFAULT_SERVER);
  const kept = name === null ? undefined : getContext(credentials, name);
  const file = options.caFile ?? environment.caFile ?? kept?.caFile;
  const caFile = file === undefined ? undefined : resolve(file);
  const authorities = await readAuthorities(caFile);
  const other = await presentedIn(environment);
  const presented = other ?? {
    token: tokenOf(kept)?.token,
    remedy: kept === undefined ? `log in: bailiwick login --server ${shellWord(server)}` : logInAgain(kept),
  };
  const connection = { server, ...(authorities && { authorities }), ...presented };
  const scope = !other && kept?.scoped ? scopeOptions(kept.scoped.scope) : null;
  return { ...view, environment, connection, credentials, context: name, scope, caFile };
}

/** Files of authorities have a few KiB. */
const AUTHORITIES_MAX_BYTES = 1024 * 1024;

/** @throws CliError for a file without a certificate. */
export async function readAuthorities(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  const text = await readTextFile(file, AUTHORITIES_MAX_BYTES);
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  throw new CliError(`${file} holds no certificate in PEM`, EXIT.usage);
}

/** The token or credential from the environment, which replaces a stored one. */
async function presentedIn({ token, credential, credentialFile }: Environment): Promise<Partial<Connection> | null> {
  const refused = (what: string) => ({ remedy: `correct ${what}, or unset it to use what bailiwick login keeps` });
  if (token !== undefined) return { token, ...refused('BAILIWICK_TOKEN') };
  if (credential !== undefined) return { credential, ...refused('BAILIWICK_CREDENTIAL') };
  if (credentialFile === undefined) return null;
  await requirePrivate(credentialFile);
  return { credential: await readSecretFile(credentialFile), ...refused('BAILIWICK_CREDENTIAL_FILE') };
}

/** The command that logs in as before; the place first, since the scope may be another one now. */
function logInAgain({ server, user, domain, scoped }: Context): string {
  const options = [
    ['--server', server],
    ['--user', user],
    ...(domain === 'default' ? [] : [['--domain', domain]]),
    ...(scoped === undefined ? [] : [scopeWords(scopeOptions(scoped.scope))]),
  ];
  return `log in again: bailiwick login ${options.flat().map(shellWord).join(' ')}`;
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

/** Prints a list. People see that there is nothing where no line says so. */
export function printList<Item extends Row>(view: View, rows: readonly Item[], table: Table<NoInfer<Item>>): void {
  if (rows.length > 0 || isData(view.format)) print(formatList(view, rows, table));
  else note(view, `No ${table.plural ?? 'results'}.`);
}

export function printObject<Item extends Row>(view: View, row: Item, table: Table<NoInfer<Item>>): void {
  print(formatObject(view, row, table));
}

/** Reports what is no longer there: a sentence for people, and for programs what the API says of it. */
export function printGone(view: View, done: string, gone: Row, text: string): void {
  if (isForPeople(view.format)) note(view, `${done} ${text}`);
  else printObject(view, gone, { columns: [] });
}

/** A sentence for people, only if the output is for people too. */
export function note({ format }: View, text: string): void {
  if (isForPeople(format)) tell(text);
}

import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CliError, EXIT } from './errors.js';

/** A stored token, with what commands show about it. */
export interface KeptToken {
  readonly token: string;
  /** RFC 3339. */
  readonly expiresAt: string;
}

/** The stored log-in of one server: its user and its tokens. */
export interface Context {
  readonly user: string;
  readonly domain: string;
  /** Kept so that another scope needs no password while the token is valid. */
  readonly unscoped: KeptToken;
  readonly scoped?: KeptToken & { readonly scope: string };
}

export interface Credentials {
  readonly version: 1;
  /** The server of commands that do not name one. */
  readonly current: string | null;
  /** By origin and path of the server, so that no token is ever sent to another server. */
  readonly servers: Readonly<Record<string, Context>>;
}

const EMPTY: Credentials = { version: 1, current: null, servers: {} };
const FILE = 'credentials.json';

/** @throws CliError when the file exists but has another format. */
export async function readCredentials(home: string): Promise<Credentials> {
  const file = join(home, FILE);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new CliError(`cannot read ${file}: ${error.message}`, EXIT.usage);
  });
  if (text === null) return EMPTY;
  const credentials = parse(text);
  if (credentials === null) throw new CliError(`${file} is damaged; remove it and log in again`, EXIT.usage);
  return credentials;
}

function parse(text: string): Credentials | null {
  try {
    const value: unknown = JSON.parse(text);
    const isOurs =
      typeof value === 'object' && value !== null && 'version' in value && value.version === 1 && 'servers' in value;
    return isOurs ? (value as Credentials) : null;
  } catch {
    return null;
  }
}

/** Writes the file atomically, readable by its owner only. */
export async function writeCredentials(home: string, credentials: Credentials): Promise<void> {
  await mkdir(home, { recursive: true, mode: 0o700 });
  await writePrivateFile(join(home, FILE), `${JSON.stringify(credentials, null, 2)}\n`);
}

/** Replaces a file atomically; the new one has mode 0600. */
export async function writePrivateFile(file: string, content: string | Uint8Array): Promise<void> {
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    await writeFile(draft, content, { mode: 0o600, flag: 'wx' });
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

export function withContext(credentials: Credentials, server: string, context: Context): Credentials {
  return { ...credentials, current: server, servers: { ...credentials.servers, [server]: context } };
}

/**
 * Forgets a server. If it is the current one, no other server replaces it: a command must not go where nobody sent it.
 */
export function withoutContext(credentials: Credentials, server: string): Credentials {
  const { [server]: _, ...servers } = credentials.servers;
  return { ...credentials, current: credentials.current === server ? null : credentials.current, servers };
}

/** The token for a server: the scoped one, or the unscoped one when no scope was chosen. */
export function tokenOf(context: Context | undefined): string | undefined {
  return context?.scoped?.token ?? context?.unscoped.token;
}

/** Whether a stored token is still worth trying. */
export function isAlive(kept: KeptToken, now: number): boolean {
  return Date.parse(kept.expiresAt) > now;
}

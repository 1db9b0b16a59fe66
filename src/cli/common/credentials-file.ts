import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Context, type Credentials, contextName, NO_CREDENTIALS } from './contexts.js';
import { CliError, EXIT } from './errors.js';
import { requirePrivate, writePrivateFile } from './files.js';

const FILE = 'credentials.json';

/** The file of an earlier release: one context for each server. */
interface Earlier {
  readonly version: 1;
  readonly current: string | null;
  readonly servers: Readonly<Record<string, Omit<Context, 'server'>>>;
}

/** @throws CliError when the file exists but has another format, or when other users can read it. */
export async function readCredentials(home: string): Promise<Credentials> {
  const file = join(home, FILE);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new CliError(`cannot read ${file}: ${error.message}`, EXIT.usage);
  });
  if (text === null) return NO_CREDENTIALS;
  await requirePrivate(home);
  await requirePrivate(file);
  const credentials = parse(text);
  if (credentials === null) throw new CliError(`${file} is damaged; remove it and log in again`, EXIT.usage);
  return credentials;
}

function parse(text: string): Credentials | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('version' in value)) return null;
    if (value.version === 1 && 'servers' in value) return upgraded(value as Earlier);
    return value.version === 2 && 'contexts' in value ? (value as Credentials) : null;
  } catch {
    return null;
  }
}

function upgraded({ current, servers }: Earlier): Credentials {
  const all = Object.entries(servers).map(([server, kept]): [string, Context] => {
    const context = { ...kept, server };
    return [contextName(context), context];
  });
  const nameOf = (server: string | null) => all.find(([, context]) => context.server === server)?.[0] ?? null;
  return { ...NO_CREDENTIALS, current: nameOf(current), contexts: Object.fromEntries(all) };
}

/** Writes the file atomically, readable by its owner only. */
export async function writeCredentials(home: string, credentials: Credentials): Promise<void> {
  await mkdir(home, { recursive: true, mode: 0o700 });
  await writePrivateFile(join(home, FILE), `${JSON.stringify(credentials, null, 2)}\n`);
}

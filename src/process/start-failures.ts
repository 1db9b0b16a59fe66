import type { Config } from '../config/config.js';
import { ConfigError } from '../config/config-error.js';
import { DOMAIN_SETTINGS } from '../config/settings.js';
import { faultForLog } from '../db/errors.js';
import { CannotStart } from '../platform/cannot-start.js';
import { createLogger } from '../platform/log.js';

/** What the person who starts the server sees, and the exit code. */
export interface StartFailure {
  readonly line: string;
  readonly exitCode: 1 | 2;
}

/** Explains why a start failed. An unexpected error is logged with its stack frames, and without its parameters. */
export function startFailure(error: unknown): StartFailure {
  if (error instanceof ConfigError) return { line: error.message, exitCode: 2 };
  if (error instanceof CannotStart) return { line: error.message, exitCode: 1 };
  createLogger('error').error({ err: faultForLog(error) }, 'the server could not start');
  return { line: 'The server could not start because of an unexpected error: see the log.', exitCode: 1 };
}

/** Runs a part of the start. @throws CannotStart in place of the errors of the system and of Postgres that it knows. */
export async function orExplained<T>(config: Config, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    const line = error instanceof CannotStart ? null : explained(error, config);
    if (line === null) throw error;
    throw new CannotStart(line, { cause: error });
  }
}

/** An error of the operating system (errno), of Postgres (SQLSTATE) or of OpenSSL. */
interface Coded {
  readonly code: string;
  readonly syscall?: string;
  readonly path?: string;
  readonly hostname?: string;
  readonly message: string;
}

function explained(error: unknown, config: Config): string | null {
  const found = codedIn(error);
  if (found === null) return null;
  const tellers = [listening, onTls, onPostgres, onEmbedded, onFile];
  for (const tell of tellers) {
    const line = tell(found, config);
    if (line !== null) return line;
  }
  return null;
}

/** The innermost cause with a code: it says what happened, not what followed from it. */
function codedIn(error: unknown): Coded | null {
  let found: Coded | null = null;
  for (let at = error as Partial<Coded> & { cause?: unknown }, depth = 0; at && depth < 5; depth++) {
    if (typeof at.code === 'string') found = at as Coded;
    at = at.cause as typeof at;
  }
  return found;
}

const NOT_LISTENING: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is in use: stop what listens there, or choose another',
  EACCES: 'cannot be used by this user: choose another, or give the user the right',
  EPERM: 'cannot be used by this user: choose another, or give the user the right',
  EADDRNOTAVAIL: 'is not an address of this machine: choose another',
  EAFNOSUPPORT: 'has a form that this machine does not support: choose another',
  ENOENT: 'is in a folder that does not exist: create the folder, or choose another',
  ENOTDIR: 'is in a path that is not a folder: choose another',
  EINVAL: 'cannot be listened on: choose another',
};

function listening({ code, syscall, hostname }: Coded, { place }: Config): string | null {
  const isPlace = 'host' in place && syscall === 'getaddrinfo' && hostname === place.host;
  if (isPlace) return `The host ${place.host} is unknown (${code}): correct BAILIWICK_HOST.`;
  if (syscall !== 'listen' && syscall !== 'bind') return null;
  const why = NOT_LISTENING[code] ?? `cannot be listened on (${code}): choose another`;
  if ('socketPath' in place) return `The socket ${place.socketPath} ${why} with BAILIWICK_SOCKET_PATH.`;
  const isHost = /^EADDRNOTAVAIL$|^EAFNOSUPPORT$/.test(code);
  const options = isHost ? '--host (or BAILIWICK_HOST)' : '--port (or BAILIWICK_PORT)';
  return `The address ${place.host}:${place.port} ${why} with ${options}.`;
}

const SQLSTATE = /^([0-9][0-9A-Z]{4}|XX[0-9]{3})$/;
/** Classes whose messages describe the server, its rights and its tables, and contain no values. */
const TOLD = /^(08|25|28|3D|42|53|55|57|58|XX)/;
const REFUSED: Readonly<Record<string, string>> = {
  '28P01': 'refuses the user or its password: correct DATABASE_URL',
  '28000': 'does not admit this user from this machine: correct DATABASE_URL, or its pg_hba.conf',
  '3D000': 'has no such database: create it, or correct DATABASE_URL',
  '42501': 'does not let this user create tables: make it the owner of the database',
  '53300': 'has no connection left: raise its max_connections, or lower BAILIWICK_DATABASE_CONNECTIONS',
  '53100': 'has a full disk: free some space on it',
  '57P03': 'is starting or stopping: try again when it is up',
  '25006': 'is read-only, as a standby is: name the primary in DATABASE_URL',
};
const UNREACHABLE =
  /^(ECONN\w+|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|ENOTFOUND|EAI_\w+|CONNECT_TIMEOUT|CONNECTION_\w+|EPIPE)$/;
const UNTRUSTED = /CERT|SIGNED|VERIFY|^ERR_TLS|^ERR_SSL|^EPROTO$/;

function onPostgres({ code, syscall, path, message }: Coded, { databaseUrl }: Config): string | null {
  if (databaseUrl === undefined) return null;
  const at = `Postgres at ${placeOf(databaseUrl)}`;
  if (REFUSED[code] !== undefined) return `${at} ${REFUSED[code]}.`;
  if (SQLSTATE.test(code)) return !TOLD.test(code) ? null : `${at} refuses (${code}: ${firstLine(message)}).`;
  const isSocket = syscall === 'connect' && path !== undefined;
  if (UNREACHABLE.test(code) || isSocket)
    return `${at} cannot be reached (${code}): start it, or correct DATABASE_URL.`;
  if (UNTRUSTED.test(code))
    return `${at} has no certificate that is trusted (${code}): correct it, or add its authority with NODE_EXTRA_CA_CERTS.`;
  return null;
}

/** Host, port and database, without the user and the password. */
function placeOf(databaseUrl: string): string {
  const { hostname, port, pathname } = new URL(databaseUrl);
  return `${hostname}:${port || 5432}${pathname}`;
}

const firstLine = (text: string) => text.split('\n')[0]?.slice(0, 200) ?? '';

function onEmbedded({ code, message }: Coded, { databaseUrl, dataDir }: Config): string | null {
  if (databaseUrl !== undefined || !SQLSTATE.test(code) || !TOLD.test(code)) return null;
  if (code === '53100') return full(dataDir);
  return `The embedded database in ${dataDir} does not work (${code}: ${firstLine(message)}): one of its files is missing or damaged. Restore the folder from a backup.`;
}

const full = (where: string) => `The disk of ${where} is full: free some space on it, and start again.`;

const UNUSABLE: Readonly<Record<string, string>> = {
  EACCES: 'this user has no right to use it',
  EPERM: 'this user has no right to use it',
  EROFS: 'its disk is read-only',
  ENOENT: 'it does not exist',
  ENOTDIR: 'a part of its path is not a folder',
  EEXIST: 'it exists and is not a folder',
  EISDIR: 'it is a folder',
  ELOOP: 'its symbolic links form a loop',
  ENAMETOOLONG: 'its name is too long',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
  EIO: 'its disk does not work',
};

function onFile({ code, path }: Coded, config: Config): string | null {
  if (code === 'ENOSPC' || code === 'EDQUOT') return full(path ?? config.dataDir);
  const why = UNUSABLE[code];
  if (path === undefined || why === undefined) return null;
  const [setting, named] = settingOf(path, config);
  return `${named} cannot be used: ${why} (${code}). Correct that, or choose another with ${setting}.`;
}

/** The setting that a file comes from. Files made beside it begin with its name. */
function settingOf(path: string, config: Config): readonly [setting: string, named: string] {
  const { tls } = config;
  const files: readonly (readonly [string, string, string | undefined])[] = [
    ['BAILIWICK_TLS_CERTIFICATE_PATH', 'The certificate file', tls?.certificatePath],
    ['BAILIWICK_TLS_KEY_PATH', 'The key file', tls?.keyPath],
    ...domainFiles(config),
    ['BAILIWICK_ADMIN_PASSWORD_PATH', 'The administrator’s password file', config.adminPasswordPath],
    ['BAILIWICK_DATA_DIR', 'The data folder', config.dataDir],
  ];
  const [setting, what, named] = files.find(([, , file]) => file !== undefined && path.startsWith(file)) ?? [];
  return setting === undefined ? ['its setting', path] : [setting, `${what} ${named}`];
}

function domainFiles(config: Config): [string, string, string][] {
  return Object.entries(DOMAIN_SETTINGS).flatMap(([name, { variable, file }]) =>
    file ? [[variable, file.called, String(config[name as keyof Config])]] : [],
  );
}

/** Explains OpenSSL's errors for files that are no certificate, no key, or no pair. */
function onTls({ code, message }: Coded, { tls }: Config): string | null {
  if (tls === undefined || !/^ERR_(OSSL|CRYPTO)/.test(code)) return null;
  return `The certificate ${tls.certificatePath} and the key ${tls.keyPath} cannot be used together (${firstLine(message)}): correct BAILIWICK_TLS_CERTIFICATE_PATH and BAILIWICK_TLS_KEY_PATH.`;
}

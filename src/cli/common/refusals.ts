import type { Connection } from './connection.js';
import { ApiError, CliError, EXIT, messageOf } from './errors.js';
import { printable } from './output.js';

/** A top-level error of the API. */
export interface ResponseError {
  readonly message: string;
  readonly extensions?: {
    readonly code?: string;
    readonly requestId?: string;
    readonly reason?: string;
    readonly policy?: string;
    readonly scopeTypes?: readonly string[];
  };
}

/** The log-in option for each type of scope. */
const LOGIN_FLAGS: Readonly<Record<string, string>> = {
  system: '--system',
  domain: '--domain-scope DOMAIN',
  project: '--project PROJECT',
};

export function toApiError(connection: Connection, { message, extensions = {} }: ResponseError): ApiError {
  const { code = 'INTERNAL_SERVER_ERROR', requestId, policy, reason, scopeTypes = [] } = extensions;
  const facts = [policy && `policy ${policy}`, requestId && `request ${requestId}`].filter(Boolean).join(', ');
  const hint = code === 'UNAUTHENTICATED' ? connection.remedy : logInHint(scopeTypes);
  const text = printable(`${code}: ${message}${facts && ` (${facts})`}`);
  return new ApiError(code, text, { reason, hint: hint ?? strangeHint(connection, extensions), policy });
}

/** How to get a token of a suitable scope; agents get theirs automatically. */
function logInHint(scopeTypes: readonly string[]): string | undefined {
  const flags = scopeTypes.flatMap((type) => LOGIN_FLAGS[type] ?? []);
  return flags.length === 0 ? undefined : flags.map((flag) => `bailiwick login ${flag}`).join('\nor: ');
}

/** Every error of a Bailiwick has the id of its request. */
function strangeHint({ server }: Connection, { code, requestId }: { code?: string; requestId?: string }) {
  if (requestId !== undefined || code === 'UNAUTHENTICATED' || code === 'FORBIDDEN') return undefined;
  return `is ${server} a Bailiwick server? Name another with --server or BAILIWICK_SERVER`;
}

/** An error of a response without GraphQL. */
export function refusalOf(connection: Connection, status: number): CliError {
  const { server, remedy } = connection;
  if (status === 401) return new ApiError('UNAUTHENTICATED', `${server} answered HTTP status 401`, { hint: remedy });
  if (status === 403) return new ApiError('FORBIDDEN', `${server} answered HTTP status 403`);
  return new CliError(
    `${server} is no Bailiwick server: it answered HTTP status ${status} and no GraphQL`,
    EXIT.unavailable,
    'name the server with --server or BAILIWICK_SERVER',
  );
}

/** `fetch` and servers that have several addresses only report that it failed; a cause has the reason. */
export function reasonOf(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return 'no answer in time';
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return messageOf(error);
  // OpenSSL's own message names places in its source.
  if ('code' in cause && cause.code === 'EPROTO') return 'the TLS handshake failed';
  return 'code' in cause && cause.message === '' ? String(cause.code) : cause.message;
}

/** The server answered, but not what it should. */
export function noAnswer({ server }: Connection, reason: string): CliError {
  return new CliError(`cannot reach ${server}: ${reason}`, EXIT.unavailable);
}

/** No answer came. */
export function unreachable({ server }: Connection, error: unknown): CliError {
  if (error instanceof CliError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return new CliError(`cannot reach ${server}: ${reasonOf(error)}`, EXIT.unavailable, hintFor(server, code));
}

const ELSEWHERE = 'is the server running there? Name another with --server or BAILIWICK_SERVER';

function hintFor(server: string, code: string): string | undefined {
  if (/^(?:DEPTH_ZERO_)?SELF_SIGNED|^UNABLE_TO_(?:VERIFY|GET_ISSUER)/.test(code))
    return 'if you trust this certificate, name the file of it or of its authority: --ca-file FILE (or BAILIWICK_CA_FILE)';
  if (code === 'EPROTO') return 'perhaps this server speaks no TLS, or the port is another one';
  if (code === 'ECONNRESET' && server.startsWith('http:'))
    return `perhaps the server speaks TLS: --server ${server.replace(/^http:/, 'https:')}`;
  if (code === 'EACCES') return 'this user may not connect to the socket: ask for its group';
  return /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ENOENT|EHOSTUNREACH|ENETUNREACH)$/.test(code) ? ELSEWHERE : undefined;
}

import { CliError, EXIT } from './errors.js';

/** The server, and the caller's token or credential. */
export interface Connection {
  readonly server: string;
  /** Authorities to trust in addition, in PEM. */
  readonly authorities?: string | undefined;
  /** Whether only these authorities count, and each of their certificates as it is, not those that the system trusts. */
  readonly isPinned?: boolean | undefined;
  readonly token?: string | undefined;
  /** An API credential instead of a token, as `id:key`. */
  readonly credential?: string | undefined;
  /** What to do when the server does not accept the token or credential. */
  readonly remedy?: string | undefined;
  readonly timeoutMs?: number;
  /** Aborts running requests. */
  readonly signal?: AbortSignal | undefined;
}

/** The header that authenticates requests. */
export function authorizationOf({ token, credential }: Connection): Record<string, string> {
  if (token !== undefined) return { authorization: `Bearer ${token}` };
  if (credential === undefined) return {};
  return { authorization: `Basic ${Buffer.from(credential).toString('base64')}` };
}

const UNIX = 'unix:';

/**
 * The canonical form of a server's address: origin and path, without a slash at the end; or `unix:` and the path of a
 * socket.
 *
 * @throws CliError for anything but an http or https URL or a socket, and for a URL with credentials: they would end up
 *   in files and logs.
 */
export function parseServer(text: string): string {
  if (/^unix:\/[^\0]*$/.test(text)) return text;
  const url = URL.canParse(text) ? new URL(text) : null;
  const isHttp = url?.protocol === 'http:' || url?.protocol === 'https:';
  if (url === null || !isHttp || url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new CliError(
      `"${text.includes('@') ? 'the address' : text}" is no server: give a plain http or https URL, for example https://bailiwick.example.org, or a Unix socket, for example unix:/run/bailiwick.sock`,
      EXIT.usage,
    );
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

/** Where to send requests: a URL, and the socket that they go through if there is one. */
export function placeOf(server: string): { readonly base: string; readonly socketPath?: string } {
  // No name of a host is asked for, and the server needs one in the request all the same.
  return server.startsWith(UNIX)
    ? { base: 'http://localhost', socketPath: server.slice(UNIX.length) }
    : { base: server };
}

/** The address in a form for names: without what all have. */
export const shortServer = (server: string): string => server.replace(/^https?:\/\//, '');

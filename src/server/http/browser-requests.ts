import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PresentedCredential, Route, SessionScope } from '../../authority/index.js';
import { badInput, unauthenticated } from '../../platform/errors.js';
import { toId } from '../../platform/ids.js';
import type { Logger } from '../../platform/log.js';
import type { ClientAddressOf } from './client-address.js';
import { presentedIn } from './presented-credential.js';

/** Browsers keep a cookie of this name only from TLS, for this host alone, and let no other host set it. */
const SECURE_COOKIE = '__Host-bailiwick';
/** On the server's own machine, without TLS, where browsers refuse the other. */
const LOOPBACK_COOKIE = 'bailiwick';

const LOOPBACK_HOST = /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(:\d{1,5})?$/i;
/** The last is the group of addresses in which ::1 is; no machine has another of them. */
const LOOPBACK_ADDRESS = /^(127\.\d+\.\d+\.\d+|0:0:0:0::\/64)$/;
const SCOPE = /^(?:(unscoped|system)|(domain|project):(\S{1,64}))$/;

/** How a browser reaches the server: the origin of its own pages, and whether by TLS. */
interface Way {
  readonly origin: string;
  readonly isSecure: boolean;
}

export interface BrowserSettings {
  /** The origin by which browsers reach the server; null to take it from each request. */
  readonly publicUrl: string | null;
  readonly hasTls: boolean;
  readonly clientAddressOf: ClientAddressOf;
  readonly log: Logger;
}

/**
 * Requests of sessions: what they must have besides the cookie, which a browser sends whoever wrote the page. Only
 * scripts of the server's own pages can send all of it, and a request from elsewhere is refused before any look-up.
 */
export class BrowserRequests {
  readonly #settings: BrowserSettings;
  #hasWarned = false;

  constructor(settings: BrowserSettings) {
    this.#settings = settings;
  }

  /**
   * What a request presents: a session, a token or an API credential; null for none. Never two of them.
   * @throws Refusal UNAUTHENTICATED for a session that is not presented as the server's own pages do; BAD_USER_INPUT
   *   for a scope that cannot be read.
   */
  presentedBy(request: IncomingMessage): PresentedCredential | null {
    const { headers } = request;
    const token = this.cookieOf(request);
    if (token === null) return presentedIn(headers.authorization);
    if (headers.authorization !== undefined)
      throw unauthenticated(
        'Send either the cookie of a session or an Authorization header, not both.',
        'NOT_OWN_PAGE',
      );
    this.requireOwnPage(request);
    const scope = scopeIn(headers['bailiwick-scope']);
    const believed = headers['bailiwick-user'];
    return { kind: 'session', token, scope, ...(believed !== undefined && { believedUserId: String(believed) }) };
  }

  /** The session in the cookie; null without one. One that cannot be read becomes an invalid one. */
  cookieOf(request: IncomingMessage): string | null {
    const way = this.#wayOf(request);
    const isOurs = (name: string) =>
      way === null ? name === SECURE_COOKIE || name === LOOPBACK_COOKIE : name === nameFor(way);
    const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='));
    const found = pairs.filter(([name]) => isOurs(name ?? ''));
    if (found.length === 0) return null;
    return found.length === 1 ? (found[0]?.[1] ?? '') : '';
  }

  /** @throws Refusal UNAUTHENTICATED unless a script of one of the server's own pages sent the request. */
  requireOwnPage(request: IncomingMessage): Way {
    const { headers, method } = request;
    const way = this.#wayOf(request);
    if (way === null) throw unauthenticated(TLS_MESSAGE, 'TLS_REQUIRED');
    const refuse = (what: string) =>
      unauthenticated(`A session is for this server’s own pages: ${what}.`, 'NOT_OWN_PAGE');
    if (headers['sec-fetch-site'] !== 'same-origin') throw refuse('Sec-Fetch-Site must be same-origin');
    const isReading = method === 'GET' || method === 'HEAD';
    if (headers.origin !== way.origin && !(isReading && headers.origin === undefined))
      throw refuse('Origin must be that of the server, which behind a proxy BAILIWICK_PUBLIC_URL tells it');
    if (headers['bailiwick-csrf'] !== '1') throw refuse('Bailiwick-Csrf must be 1');
    return way;
  }

  /** Gives the browser a session. */
  keep(request: IncomingMessage, response: ServerResponse, session: string): void {
    const way = this.requireOwnPage(request);
    if (!way.isSecure) this.#warn();
    response.setHeader('set-cookie', cookie(way, session));
  }

  /** Makes the browser forget its session. */
  forget(request: IncomingMessage, response: ServerResponse): void {
    response.setHeader('set-cookie', `${cookie(this.requireOwnPage(request), '')}; Max-Age=0`);
  }

  #warn(): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    const message = `sessions by plain HTTP: the cookie is ${LOOPBACK_COOKIE}, without Secure, for this machine alone`;
    this.#settings.log.warn(message);
  }

  /** Null where nothing protects the cookie on its way. */
  #wayOf(request: IncomingMessage): Way | null {
    const { publicUrl, hasTls, clientAddressOf } = this.#settings;
    if (publicUrl !== null) return { origin: publicUrl, isSecure: publicUrl.startsWith('https:') };
    const host = request.headers.host ?? '';
    if (hasTls) return { origin: originOf(`https://${host}`), isSecure: true };
    // By the name too: another one may be an attacker's that leads here, or a proxy's that has no TLS.
    const isLocal = LOOPBACK_HOST.test(host) && LOOPBACK_ADDRESS.test(clientAddressOf(request));
    return isLocal ? { origin: originOf(`http://${host}`), isSecure: false } : null;
  }
}

const TLS_MESSAGE =
  'Sessions need TLS: give the server a certificate, or set BAILIWICK_PUBLIC_URL to the address of the proxy that has one.';

const nameFor = ({ isSecure }: Way) => (isSecure ? SECURE_COOKIE : LOOPBACK_COOKIE);
const cookie = (way: Way, value: string) =>
  `${nameFor(way)}=${value}; Path=/; HttpOnly; SameSite=Strict${way.isSecure ? '; Secure' : ''}`;

/** As browsers write it in Origin; of no page for what is no address. */
const originOf = (address: string) => (URL.canParse(address) ? new URL(address).origin : '');

/** @throws Refusal BAD_USER_INPUT. An id of no object is one that nobody holds. */
function scopeIn(header: string | string[] | undefined): SessionScope {
  const [, plain, type, id = ''] = SCOPE.exec(String(header ?? 'unscoped')) ?? [];
  if (plain === 'unscoped' || plain === 'system') return { type: plain };
  if (type === 'domain') return { type, domainId: toId('Domain', id) };
  if (type === 'project') return { type, projectId: toId('Project', id) };
  throw badInput('Bailiwick-Scope is unscoped, system, domain:<id> or project:<id>.');
}

/** What a request presents. Log-ins present nothing yet, and what is about a session needs no scope. */
export function presentedOn(
  browsers: BrowserRequests,
  route: Route | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): PresentedCredential | null {
  if (route?.forBrowsers === 'logIn') browsers.requireOwnPage(request);
  const presented = route?.forBrowsers === 'logIn' ? null : browsers.presentedBy(request);
  if (route?.forBrowsers || presented?.kind === 'session') response.setHeader('cache-control', 'no-store');
  if (!route?.forBrowsers || presented?.kind !== 'session') return presented;
  if (route.method === 'DELETE') browsers.forget(request, response);
  // Whoever it is: the page asks just that, or ends it.
  return { kind: presented.kind, token: presented.token, scope: { type: 'unscoped' } };
}

import type { IncomingMessage, ServerResponse } from 'node:http';

/** How many origins a server may know: each request is compared with them. */
export const ORIGINS_MAX = 100;

/** What the server reads, and what the usual clients send besides. */
const REQUEST_HEADERS = [
  ...['authorization', 'content-type', 'accept'],
  ...[
    'apollo-require-preflight',
    'x-apollo-operation-name',
    'apollographql-client-name',
    'apollographql-client-version',
  ],
  ...['traceparent', 'tracestate'],
].join(', ');
/** What a page may read besides the content and its type: when to retry, what to report, when to begin a stream. */
const RESPONSE_HEADERS = ['date', 'etag', 'retry-after', 'www-authenticate', 'x-request-id'].join(', ');
/** How long a browser may remember the answer to a preflight. Chromium remembers none for longer. */
const REMEMBERED_SECONDS = '7200';

/** What is wrong with an origin in the configuration, and what to do; null when nothing is. */
export function originFault(text: string): string | null {
  if (text.includes('*')) return 'has a *: write each origin out, since pages of all others may do nothing here';
  if (text === 'null')
    return 'is null, which any local or sandboxed page may be: serve the page from an origin of its own';
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    return 'is not scheme://host[:port] with http or https: write for example https://console.example.org';
  return url.origin === text ? null : `is not as browsers send it: write ${url.origin}`;
}

/**
 * Which pages of other origins may call this server and read its responses (CORS); without origins, none. It only tells
 * browsers what they may show to a page: what a request may do is decided by its token, whatever its origin. Pages send
 * tokens themselves, so `Access-Control-Allow-Credentials` is never needed, and never sent.
 */
export class CrossOrigin {
  readonly #origins: ReadonlySet<string>;
  readonly #methods: string;

  /** @param methods The methods of the server's routes. */
  constructor(origins: readonly string[], methods: readonly string[]) {
    this.#origins = new Set(origins);
    this.#methods = [...new Set(['GET', 'POST', ...methods])].join(', ');
  }

  /** Lets the page of an allowed origin read the response, a refusal too. Call it before anything is answered. */
  expose({ headers }: IncomingMessage, response: ServerResponse): void {
    if (this.#origins.size === 0) return;
    // Without it, a cache could give one origin what was answered to another.
    response.setHeader('vary', 'Origin');
    if (!this.#allows(headers.origin)) return;
    response.setHeader('access-control-allow-origin', headers.origin);
    response.setHeader('access-control-expose-headers', RESPONSE_HEADERS);
  }

  /** Whether a browser asks, for an allowed origin, if its page may send a request. */
  isPreflight({ method, headers }: IncomingMessage): boolean {
    const isAsking = method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
    return isAsking && this.#allows(headers.origin);
  }

  /** The same answer for every path and every header, credentials included. */
  answerPreflight(response: ServerResponse): void {
    response.writeHead(204, {
      'access-control-allow-methods': this.#methods,
      'access-control-allow-headers': REQUEST_HEADERS,
      'access-control-max-age': REMEMBERED_SECONDS,
    });
    response.end();
  }

  #allows(origin: string | undefined): origin is string {
    return origin !== undefined && this.#origins.has(origin);
  }
}

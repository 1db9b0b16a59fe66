import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { rootCertificates } from 'node:tls';
import { authorizationOf, type Connection, placeOf } from './connection.js';

/** A request to a server. Its authorization comes from the connection. */
export interface Outgoing {
  readonly method?: string | undefined;
  readonly headers?: Readonly<Record<string, string | number>>;
  readonly body?: string | Readable | undefined;
  readonly signal?: AbortSignal | undefined;
  /** After how long without a byte to give up. */
  readonly stallTimeoutMs?: number | undefined;
}

/** The statuses of responses without a body, for which `Response` takes none. */
const BODILESS = new Set([204, 205, 304]);

/**
 * Sends a request and returns the response once its head is there. Unlike `fetch` it knows Unix sockets and authorities
 * of one's own; redirects are responses like others, since they could lead the token to another host.
 */
export async function exchange(connection: Connection, path: string, outgoing: Outgoing = {}): Promise<Response> {
  try {
    return toResponse(await send(connection, path, outgoing));
  } catch (error) {
    // Node only says that it was aborted, and the signal why.
    throw outgoing.signal?.aborted ? outgoing.signal.reason : error;
  }
}

async function send(connection: Connection, path: string, outgoing: Outgoing): Promise<IncomingMessage> {
  const { method = 'GET', headers, body, signal, stallTimeoutMs } = outgoing;
  const { base, socketPath } = placeOf(connection.server);
  const url = new URL(base + path);
  const sending = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, {
    method,
    headers: { ...headers, ...authorizationOf(connection) },
    ...(socketPath && { socketPath }),
    ...trustOf(connection),
    ...(signal && { signal }),
    ...(stallTimeoutMs && { timeout: stallTimeoutMs }),
  });
  // Without a time of one's own the event is about idle connections, and comes after five seconds.
  if (stallTimeoutMs) sending.on('timeout', () => sending.destroy(new Error('no answer in time')));
  const answered = new Promise<IncomingMessage>((resolve, reject) =>
    sending.once('response', resolve).once('error', reject),
  );
  // A server that refuses early closes the connection; its response then says more than the broken pipe.
  const sent = body instanceof Readable ? pipeline(body, sending).catch(() => {}) : void sending.end(body);
  return answered.catch(async (error: unknown) => {
    await sent;
    throw error;
  });
}

function trustOf({ authorities, isPinned }: Connection) {
  if (authorities === undefined) return {};
  // A pinned key may be that of an authority in the middle, or of the server itself.
  return isPinned ? { ca: [authorities], allowPartialTrustChain: true } : { ca: [...rootCertificates, authorities] };
}

function toResponse(incoming: IncomingMessage): Response {
  const { statusCode: status = 500, headers } = incoming;
  const pairs = Object.entries(headers).flatMap(([name, value]) =>
    [value ?? []].flat().map((text): [string, string] => [name, text]),
  );
  if (!BODILESS.has(status))
    return new Response(Readable.toWeb(incoming) as ReadableStream, { status, headers: pairs });
  incoming.resume();
  return new Response(null, { status, headers: pairs });
}

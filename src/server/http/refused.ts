import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Services } from '../../authority/index.js';
import { CODES } from '../../platform/error-catalogue.js';
import { refusalFor } from '../graphql/mask.js';
import type { Metrics } from '../metrics/metrics.js';

const JSON_TYPE = 'application/json';
const GRAPHQL_TYPE = 'application/graphql-response+json';

/** Answers a request that was refused outside of an operation, as GraphQL does, and closes its connection. */
export function answerRefused(
  { services, metrics }: { readonly services: Pick<Services, 'log'>; readonly metrics: Metrics },
  requestId: string,
  { headers }: IncomingMessage,
  response: ServerResponse,
  error: unknown,
): void {
  // Refused while its body was arriving; the code that reads the body only sees the connection close.
  if (response.writableEnded) return;
  const refusal = refusalFor(error, services.log, requestId);
  metrics.refused(refusal);
  if (response.headersSent) return void response.destroy();
  const { status } = CODES[refusal.code];
  const { retryAfterSeconds } = refusal.extensions;
  if (retryAfterSeconds !== undefined) response.setHeader('retry-after', String(retryAfterSeconds));
  if (status === 401) response.setHeader('www-authenticate', challengeFor(headers.authorization));
  const extensions = { ...refusal.extensions, requestId };
  response.writeHead(status, {
    'content-type': `${mediaTypeFor(headers.accept)}; charset=utf-8`,
    connection: 'close',
  });
  response.end(JSON.stringify({ errors: [{ message: refusal.message, extensions }] }));
}

/**
 * The challenge of RFC 6750. It says that a credential is invalid only where there was one. API credentials have no
 * challenge of their own: for `Basic`, browsers would ask people for a password.
 */
const challengeFor = (authorization: string | undefined) =>
  `Bearer realm="bailiwick"${authorization === undefined ? '' : ', error="invalid_token"'}`;

/** The media type that Apollo Server would choose: the newer one where the client names it and prefers no other. */
function mediaTypeFor(accept: string | undefined): string {
  const named = (accept ?? '').split(',').map((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const weight = parameters.find((parameter) => parameter.startsWith('q='));
    return { type, weight: weight === undefined ? 1 : Number(weight.slice(2)) };
  });
  const known = named.filter(({ type, weight }) => (type === JSON_TYPE || type === GRAPHQL_TYPE) && weight > 0);
  return known.sort((one, other) => other.weight - one.weight)[0]?.type ?? JSON_TYPE;
}

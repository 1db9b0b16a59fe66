import type { IncomingMessage } from 'node:http';
import type { Context } from '../../authority/index.js';
import { badInput, beyond, unsupportedMediaType } from '../../platform/errors.js';
import { requireBoundedJson } from '../limits/json-outline.js';
import { BYTE } from '../limits/prices.js';
import { received } from './arrivals.js';

/** For strangers, and for requests that are a query and little more. */
export const BODY_MAX_SMALL = 64 * 1024;
export const BODY_MAX = 1024 * 1024;
/** For operations that take content (`large-bodies.ts`). */
export const BODY_MAX_LARGE = 16 * 1024 * 1024;

const isJson = ({ headers }: IncomingMessage) => /^application\/json\b/i.test(headers['content-type'] ?? '');

/** @throws Refusal UNSUPPORTED_MEDIA_TYPE. */
export function requireJson(request: IncomingMessage): void {
  if (!isJson(request)) throw unsupportedMediaType('POST takes application/json.');
}

/**
 * Reads a body, and charges it to its caller before it is parsed.
 * @throws Refusal BAD_USER_INPUT for a body that is larger than `max` bytes, beyond the bounds of JSON, or not JSON;
 *   RATE_LIMITED.
 */
export async function readJson(
  { charge }: Pick<Context, 'charge'>,
  request: IncomingMessage,
  max: number,
  allowLarger?: (beginning: Buffer) => number,
): Promise<unknown> {
  const body = await readBody(request, max, allowLarger);
  charge(body.length * BYTE, 'reading');
  return parseJson(body);
}

/**
 * @param allowLarger Decides from the beginning of a larger body, and returns its limit in bytes.
 * @throws Refusal BAD_USER_INPUT for a body that is larger.
 */
async function readBody(
  request: IncomingMessage,
  most: number,
  allowLarger?: (beginning: Buffer) => number,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let [size, max] = [0, most];
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > most && max === most && allowLarger) max = allowLarger(Buffer.concat(chunks));
    if (size > max) throw beyond('body', `The body is larger than ${max} bytes.`);
    received(request, chunk.length);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parseJson(body: Buffer): unknown {
  requireBoundedJson(body);
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw badInput('The body is not JSON.');
  }
}

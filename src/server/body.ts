import type { IncomingMessage, ServerResponse } from 'node:http';
import { badInput } from '../platform/errors.js';
import { received } from './arrivals.js';

export const BODY_MAX_ANONYMOUS = 1024 * 1024;
export const BODY_MAX = 16 * 1024 * 1024;

export const isJson = ({ headers }: IncomingMessage) => /^application\/json\b/i.test(headers['content-type'] ?? '');

export function refuseMediaType(response: ServerResponse): void {
  response.writeHead(415, { 'content-type': 'text/plain' }).end('POST takes application/json.\n');
}

/** @throws Refusal BAD_USER_INPUT for a body that is larger than `max` bytes or not JSON. */
export async function readJson(request: IncomingMessage, max: number): Promise<unknown> {
  return parseJson(await readBody(request, max));
}

async function readBody(request: IncomingMessage, max: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > max) throw badInput(`The body is larger than ${max} bytes.`);
    received(request, chunk.length);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw badInput('The body is not JSON.');
  }
}

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Readable, Transform } from 'node:stream';
import { CreateUploadDocument } from '../../generated/documents.js';
import { mutate } from './client.js';
import type { Connection } from './connection.js';
import { type ApiError, CliError, EXIT, messageOf } from './errors.js';
import { type Progress, startProgress } from './progress.js';
import { noAnswer, toApiError, unreachable } from './refusals.js';
import { exchange } from './transport.js';

/** Content to send. It is read twice: first for its digest, then to send it. */
export interface Content {
  /** The name of the content, for people. */
  readonly label: string;
  open(): Readable;
}

export const fileContent = (file: string): Content => ({ label: file, open: () => createReadStream(file) });
export const bufferContent = (label: string, bytes: Uint8Array): Content => ({
  label,
  open: () => Readable.from([bytes]),
});

const MAX_ANSWER_CHARACTERS = 64 * 1024;
/** A busy server needs most of a minute after the last byte to store the largest content. */
const STALL_TIMEOUT_MS = 180_000;

/** Uploads large content, and returns the upload's id. Shows a progress bar when standard error is a terminal. */
export async function upload(connection: Connection, content: Content): Promise<string> {
  const { size, digest } = await measure(content);
  const { uploadId, path } = await mutate(connection, CreateUploadDocument, { size, digest }, 'uploadId', 'path');
  const progress = startProgress(content.label, size);
  try {
    await put(connection, path, content.open(), size, progress);
  } finally {
    progress.end();
  }
  return uploadId;
}

async function measure(content: Content): Promise<{ size: number; digest: string }> {
  const hash = createHash('sha256');
  let size = 0;
  try {
    for await (const chunk of content.open()) {
      size += chunk.length;
      hash.update(chunk);
    }
  } catch (error) {
    throw new CliError(`cannot read ${content.label}: ${messageOf(error)}`, EXIT.usage);
  }
  return { size, digest: `sha256:${hash.digest('hex')}` };
}

async function put(
  connection: Connection,
  path: string,
  body: Readable,
  size: number,
  progress: Progress,
): Promise<void> {
  // The request carries the credential, so the path must be on the same server.
  if (!/^\/[^/]/.test(path)) throw noAnswer(connection, 'it named an upload address that is not a path');
  const counter = new Transform({
    transform(chunk, _encoding, done) {
      progress.advance(chunk.length);
      done(null, chunk);
    },
  });
  const headers = { 'content-type': 'application/octet-stream', 'content-length': size };
  body.on('error', (error) => counter.destroy(error));
  const answer = await exchange(connection, path, {
    ...{ method: 'PUT', headers, body: body.pipe(counter) },
    ...{ signal: connection.signal, stallTimeoutMs: STALL_TIMEOUT_MS },
  }).catch((error: unknown) => {
    throw unreachable(connection, error);
  });
  await checkAnswer(connection, answer);
}

async function checkAnswer(connection: Connection, answer: Response): Promise<void> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of answer.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > MAX_ANSWER_CHARACTERS) break;
  }
  if (answer.ok) return;
  throw refusalIn(connection, text) ?? noAnswer(connection, `it answered HTTP status ${answer.status} to the upload`);
}

/** Routes outside GraphQL send errors in GraphQL's format. */
function refusalIn(connection: Connection, text: string): ApiError | null {
  try {
    const error = JSON.parse(text)?.errors?.[0];
    return typeof error?.extensions?.code === 'string' ? toApiError(connection, error) : null;
  } catch {
    return null;
  }
}

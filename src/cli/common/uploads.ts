import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CreateUploadDocument } from '../../generated/documents.js';
import { authorizationOf, type Connection, mutate, noAnswer, reasonOf } from './client.js';
import { ApiError, CliError, EXIT, messageOf } from './errors.js';
import { printable } from './output.js';
import { type Progress, startProgress } from './progress.js';

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
  const url = new URL(connection.server + path);
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const headers = {
    'content-type': 'application/octet-stream',
    'content-length': size,
    ...authorizationOf(connection),
  };
  const outgoing = send(url, { method: 'PUT', headers, timeout: STALL_TIMEOUT_MS, signal: connection.signal });
  outgoing.on('timeout', () => outgoing.destroy(new Error('no answer in time')));
  const answered = new Promise<IncomingMessage>((resolve, reject) =>
    outgoing.once('response', resolve).once('error', reject),
  );
  const counter = new Transform({
    transform(chunk, _encoding, done) {
      progress.advance(chunk.length);
      done(null, chunk);
    },
  });
  // A server that refuses early closes the connection; its response then says more than the broken pipe.
  const sent = pipeline(body, counter, outgoing).catch((error: unknown) => error);
  const answer = await answered.catch(async (error: unknown) => {
    await sent;
    throw noAnswer(connection, reasonOf(error));
  });
  await checkAnswer(connection, answer);
}

async function checkAnswer(connection: Connection, answer: IncomingMessage): Promise<void> {
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) {
    text += chunk;
    if (text.length > MAX_ANSWER_CHARACTERS) break;
  }
  const status = answer.statusCode ?? 0;
  if (status >= 200 && status < 300) return;
  throw refusalIn(text) ?? noAnswer(connection, `it answered HTTP status ${status} to the upload`);
}

/** Routes outside GraphQL send errors in GraphQL's format. */
function refusalIn(text: string): ApiError | null {
  try {
    const error = JSON.parse(text)?.errors?.[0];
    const code = error?.extensions?.code;
    return typeof code === 'string' ? new ApiError(code, printable(`${code}: ${error.message}`)) : null;
  } catch {
    return null;
  }
}

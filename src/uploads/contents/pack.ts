import { createHash } from 'node:crypto';
import { pipeline, Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import type { Lease } from '../../platform/byte-budget.js';

const CHUNK_BYTES = 1024 * 1024;
/** Divides `CHUNK_BYTES`, and is all that lies unused behind what was compressed so far. */
const PIECE_BYTES = 64 * 1024;

/** Content that is ready to be stored. */
export interface PackedContent {
  /** sha256:hex of the content as it was given. */
  readonly digest: string;
  /** Bytes of the content as it was given. */
  readonly size: number;
  /** The gzipped content, in pieces of at most 1 MiB. */
  readonly chunks: readonly Buffer[];
}

/** A text as content, in memory that nothing else lies in. */
export function encodeText(text: string, lease: Lease): Uint8Array {
  lease.take(Buffer.byteLength(text));
  return new TextEncoder().encode(text);
}

/** Content that goes on after the bytes it may have. */
export class ContentTooLarge extends Error {}

/** What compressing takes in memory beside what comes of it. */
const PACKING_BYTES = 2 * CHUNK_BYTES;

/**
 * Hashes and compresses content as it comes, so that only its compressed form is held, for which memory is leased.
 * @throws ContentTooLarge once it has more than `sizeMax` bytes.
 */
export async function packContent(
  source: AsyncIterable<Uint8Array> | Uint8Array,
  sizeMax: number,
  lease: Lease,
): Promise<PackedContent> {
  lease.take(PACKING_BYTES);
  const hash = createHash('sha256');
  let size = 0;
  async function* measured() {
    for await (const bytes of source instanceof Uint8Array ? piecesOf(source) : source) {
      size += bytes.length;
      if (size > sizeMax) throw new ContentTooLarge(`The content has more than ${sizeMax} bytes.`);
      hash.update(bytes);
      yield bytes;
    }
  }
  const chunks: Buffer[] = [];
  // Lists are mostly digests, on which higher levels take time and save nothing.
  const gzip = createGzip({ level: 1, chunkSize: PIECE_BYTES });
  // What goes wrong before comes out of the last stream, so nothing is left to do when the pipeline ends.
  const compressed = pipeline(Readable.from(measured()), gzip, () => {});
  for await (const chunk of gathered(compressed, lease)) chunks.push(chunk);
  lease.give(PACKING_BYTES);
  return { digest: `sha256:${hash.digest('hex')}`, size, chunks };
}

/** What lies in memory as a whole is hashed piece by piece, so that others get their turn. */
function* piecesOf(whole: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < whole.length; at += CHUNK_BYTES) yield whole.subarray(at, at + CHUNK_BYTES);
}

/** The same bytes in pieces of `CHUNK_BYTES`, of which only the last is smaller. */
async function* gathered(source: AsyncIterable<Buffer>, lease: Lease): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [];
  let size = 0;
  for await (const bytes of source) {
    lease.take(bytes.length);
    parts.push(bytes);
    size += bytes.length;
    if (size < CHUNK_BYTES) continue;
    const whole = Buffer.concat(parts);
    yield whole.subarray(0, CHUNK_BYTES);
    // In memory of its own: it would keep all of what it was cut from.
    parts = [Buffer.from(whole.subarray(CHUNK_BYTES))];
    size -= CHUNK_BYTES;
  }
  if (size > 0) yield Buffer.concat(parts);
}

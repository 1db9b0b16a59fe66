import { createHash } from 'node:crypto';
import { pipeline, Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import type { Lease } from '../../platform/byte-budget.js';

const CHUNK_BYTES = 1024 * 1024;
/** Divides `CHUNK_BYTES`; at most this much memory is unused after the compressed bytes. */
const PIECE_BYTES = 64 * 1024;

/** Content that is ready to store. */
export interface PackedContent {
  /** sha256:hex of the uncompressed content. */
  readonly digest: string;
  /** Bytes of the uncompressed content. */
  readonly size: number;
  /** The gzipped content, in pieces of at most 1 MiB. */
  readonly chunks: readonly Buffer[];
}

/** A text as content, in a buffer of its own. */
export function encodeText(text: string, lease: Lease): Uint8Array {
  lease.take(Buffer.byteLength(text));
  return new TextEncoder().encode(text);
}

/** The content has more bytes than allowed. */
export class ContentTooLarge extends Error {}

/** Memory for compressing, in addition to its result. */
const PACKING_BYTES = 2 * CHUNK_BYTES;

/**
 * Hashes and compresses content as it arrives. Holds only the compressed form, and leases memory for it.
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
  // Lists are mostly digests: higher levels take time and save nothing.
  const gzip = createGzip({ level: 1, chunkSize: PIECE_BYTES });
  // The last stream emits errors of earlier ones, so there is nothing to do when the pipeline ends.
  const compressed = pipeline(Readable.from(measured()), gzip, () => {});
  for await (const chunk of gathered(compressed, lease)) chunks.push(chunk);
  lease.give(PACKING_BYTES);
  return { digest: `sha256:${hash.digest('hex')}`, size, chunks };
}

/** Content in memory is hashed in pieces, so that other requests can run. */
function* piecesOf(whole: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < whole.length; at += CHUNK_BYTES) yield whole.subarray(at, at + CHUNK_BYTES);
}

/** The same bytes in pieces of `CHUNK_BYTES`; only the last may be smaller. */
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
    // A copy: a slice would keep the whole buffer in memory.
    parts = [Buffer.from(whole.subarray(CHUNK_BYTES))];
    size -= CHUNK_BYTES;
  }
  if (size > 0) yield Buffer.concat(parts);
}

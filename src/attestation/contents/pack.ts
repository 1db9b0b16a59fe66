import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

const CHUNK_BYTES = 1024 * 1024;

/** Content that is ready to be stored. */
export interface PackedContent {
  /** sha256:hex of the content as it was given. */
  readonly digest: string;
  /** Bytes of the content as it was given. */
  readonly size: number;
  /** The gzipped content, in pieces of at most 1 MiB. */
  readonly chunks: readonly Buffer[];
}

/** Content that goes on after the bytes it may have. */
export class ContentTooLarge extends Error {}

/**
 * Hashes and compresses content as it comes, so that only its compressed form is held.
 * @throws ContentTooLarge once it has more than `sizeMax` bytes.
 */
export async function packContent(
  source: AsyncIterable<Uint8Array> | Uint8Array,
  sizeMax: number,
): Promise<PackedContent> {
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
  const packed: Buffer[] = [];
  // Lists are mostly digests, on which higher levels take time and save nothing.
  await pipeline(Readable.from(measured()), createGzip({ level: 1 }), async (compressed: AsyncIterable<Buffer>) => {
    for await (const bytes of compressed) packed.push(bytes);
  });
  return { digest: `sha256:${hash.digest('hex')}`, size, chunks: cut(Buffer.concat(packed)) };
}

/** What lies in memory as a whole is hashed piece by piece, so that others get their turn. */
function* piecesOf(whole: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < whole.length; at += CHUNK_BYTES) yield whole.subarray(at, at + CHUNK_BYTES);
}

function cut(bytes: Buffer): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) chunks.push(bytes.subarray(at, at + CHUNK_BYTES));
  return chunks;
}

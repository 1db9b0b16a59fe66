import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { and, eq, sql } from 'drizzle-orm';
import type { Db, Tx } from '../../db/open.js';
import type { Lease } from '../../platform/byte-budget.js';
import type { PackedContent } from './pack.js';
import { contentChunks, contents } from './tables.js';

/** Content that is kept, with its size in bytes when it is unpacked. */
export interface StoredContent {
  readonly digest: string;
  readonly size: number;
}

/** In the 16 KiB that are the default, unpacking a long log would take a thousand turns of the event loop. */
const PIECE_BYTES = 256 * 1024;

/**
 * Keeps content, once by its digest, and answers the digest. Content that was there is held until the transaction ends,
 * so that a sweep does not remove it before the transaction refers to it.
 */
export async function storeContent(tx: Tx, content: PackedContent, now: Date): Promise<string> {
  const { digest } = content;
  // Removed in between, it has to be stored again.
  while (!(await insertContent(tx, content, now)) && !(await holdContent(tx, digest)));
  return digest;
}

/** False when the content is there. */
async function insertContent(tx: Tx, { digest, size, chunks }: PackedContent, now: Date): Promise<boolean> {
  const fresh = await tx
    .insert(contents)
    .values({ digest, size, createdAt: now })
    .onConflictDoNothing()
    .returning({ digest: contents.digest });
  if (fresh.length === 0) return false;
  for (const [seq, chunk] of chunks.entries()) {
    const data = sql`decode(${chunk.toString('base64')}, 'base64')`;
    await tx.insert(contentChunks).values({ digest, seq, data });
  }
  return true;
}

/** Keeps content from being removed until the transaction ends. False when it is gone already. */
export async function holdContent(tx: Tx, digest: string): Promise<boolean> {
  const held = await tx
    .select({ digest: contents.digest })
    .from(contents)
    .where(eq(contents.digest, digest))
    .for('key share');
  return held.length > 0;
}

/** What a stream of content takes in memory at a time, however slowly it is read: a few pieces, packed and unpacked. */
export const STREAM_BYTES = 4 * 1024 * 1024;

/** Content as it was given, unpacked piece by piece. Ends in an error when the content is not stored. */
export function streamContent(db: Db, digest: string): Readable {
  // The consumer sees a failure on the returned stream, so nothing is left to do when the pipeline ends.
  return pipeline(Readable.from(chunksOf(db, digest)), createGunzip({ chunkSize: PIECE_BYTES }), () => {});
}

/**
 * Content as it was given, whole, and in memory that nothing else lies in, so that it can be handed over to a thread.
 * The memory is leased before anything is read.
 */
export async function loadContent(db: Db, { digest, size }: StoredContent, lease: Lease): Promise<Uint8Array> {
  lease.take(size);
  const bytes = new Uint8Array(size);
  let end = 0;
  for await (const part of streamContent(db, digest) as AsyncIterable<Buffer>) {
    // Throws beyond the end: it is never more than was leased.
    bytes.set(part, end);
    end += part.length;
  }
  if (end !== size) throw new Error(`content ${digest} has ${end} bytes and not ${size}`);
  return bytes;
}

async function* chunksOf(db: Db, digest: string): AsyncGenerator<Buffer> {
  for (let seq = 0; ; seq++) {
    const [chunk] = await db
      .select({ data: sql<string>`encode(${contentChunks.data}, 'base64')` })
      .from(contentChunks)
      .where(and(eq(contentChunks.digest, digest), eq(contentChunks.seq, seq)));
    if (chunk === undefined && seq === 0) throw new Error(`content ${digest} is not stored`);
    if (chunk === undefined) return;
    yield Buffer.from(chunk.data, 'base64');
  }
}

import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { and, eq, sql } from 'drizzle-orm';
import type { Db, Tx } from '../../db/open.js';
import type { Lease } from '../../platform/byte-budget.js';
import type { PackedContent } from './pack.js';
import { contentChunks, contents } from './tables.js';

/** Stored content, with its uncompressed size in bytes. */
export interface StoredContent {
  readonly digest: string;
  readonly size: number;
}

/** With the default of 16 KiB, unpacking a long log would take a thousand turns of the event loop. */
const PIECE_BYTES = 256 * 1024;

/**
 * Stores content once by its digest, and returns the digest. Existing content is locked until the transaction ends, so
 * that a sweep does not remove it before the transaction refers to it.
 */
export async function storeContent(tx: Tx, content: PackedContent, now: Date): Promise<string> {
  const { digest } = content;
  // A sweep may remove it in between; then store it again.
  while (!(await insertContent(tx, content, now)) && !(await holdContent(tx, digest)));
  return digest;
}

/** Returns false when the content exists already. */
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

/** Locks content against removal until the transaction ends. Returns false when it is gone already. */
export async function holdContent(tx: Tx, digest: string): Promise<boolean> {
  const held = await tx
    .select({ digest: contents.digest })
    .from(contents)
    .where(eq(contents.digest, digest))
    .for('key share');
  return held.length > 0;
}

/** Memory that one stream takes, however slowly it is read: a few pieces, packed and unpacked. */
export const STREAM_BYTES = 4 * 1024 * 1024;

/** Unpacks content piece by piece. The stream fails when the content is not stored. */
export function streamContent(db: Db, digest: string): Readable {
  // The returned stream emits the failure to its consumer, so there is nothing to do when the pipeline ends.
  return pipeline(Readable.from(chunksOf(db, digest)), createGunzip({ chunkSize: PIECE_BYTES }), () => {});
}

/**
 * The whole uncompressed content, in a buffer of its own that can be transferred to a thread. Leases the memory before
 * it reads anything.
 */
export async function loadContent(db: Db, { digest, size }: StoredContent, lease: Lease): Promise<Uint8Array> {
  lease.take(size);
  const bytes = new Uint8Array(size);
  let end = 0;
  for await (const part of streamContent(db, digest) as AsyncIterable<Buffer>) {
    // Throws past the end: content never takes more than was leased.
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

import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { and, eq, sql } from 'drizzle-orm';
import type { Db, Tx } from '../../db/open.js';
import type { PackedContent } from './pack.js';
import { contentChunks, contents } from './tables.js';

/** Keeps content, once by its digest, and answers the digest. */
export async function storeContent(tx: Tx, content: PackedContent, now: Date): Promise<string> {
  const { digest, size, chunks } = content;
  const fresh = await tx
    .insert(contents)
    .values({ digest, size, createdAt: now })
    .onConflictDoNothing()
    .returning({ digest: contents.digest });
  if (fresh.length === 0) return digest;
  for (const [seq, chunk] of chunks.entries()) {
    const data = sql`decode(${chunk.toString('base64')}, 'base64')`;
    await tx.insert(contentChunks).values({ digest, seq, data });
  }
  return digest;
}

/** Content as it was given, unpacked piece by piece. Ends in an error when the content is not stored. */
export function streamContent(db: Db, digest: string): Readable {
  // The consumer sees a failure on the returned stream, so nothing is left to do when the pipeline ends.
  return pipeline(Readable.from(chunksOf(db, digest)), createGunzip(), () => {});
}

/** Content as it was given, whole. */
export async function loadContent(db: Db, digest: string): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of streamContent(db, digest)) parts.push(part);
  return Buffer.concat(parts);
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

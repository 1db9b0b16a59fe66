import { and, count, eq, gt, lte, min, sql } from 'drizzle-orm';
import type { Principal } from '../../authority/index.js';
import type { Db, Tx } from '../../db/open.js';
import { removeSome } from '../../db/remove-some.js';
import type { Id } from '../../platform/ids.js';
import { type UploadRow, uploads } from './tables.js';

const ownedBy = ({ kind, id }: Principal) => eq(kind === 'user' ? uploads.userId : uploads.agentId, id);

export async function findUpload(db: Db, id: Id<'Upload'>): Promise<UploadRow | undefined> {
  const [row] = await db.select().from(uploads).where(eq(uploads.id, id));
  return row;
}

export async function insertUpload(tx: Tx, row: UploadRow): Promise<void> {
  await tx.insert(uploads).values(row);
}

export interface UploadUsage {
  readonly count: number;
  readonly bytes: number;
  /** When the first of them expires; null when there are none. */
  readonly nextExpiry: Date | null;
}

/** The unexpired uploads of a caller. Locks until the transaction ends, so that its concurrent uploads count too. */
export async function lockUsage(tx: Tx, principal: Principal, now: Date): Promise<UploadUsage> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${principal.id}, 0))`);
  const [found] = await tx
    .select({
      count: count(),
      bytes: sql`coalesce(sum(${uploads.size}), 0)`.mapWith(Number),
      nextExpiry: min(uploads.expiresAt),
    })
    .from(uploads)
    .where(and(ownedBy(principal), gt(uploads.expiresAt, now)));
  return found ?? { count: 0, bytes: 0, nextExpiry: null };
}

export async function setFilled(tx: Tx, id: Id<'Upload'>, contentDigest: string): Promise<void> {
  await tx.update(uploads).set({ contentDigest }).where(eq(uploads.id, id));
}

export const removeExpired = (db: Db, before: Date, limit: number): Promise<number> =>
  removeSome(db, uploads.id, lte(uploads.expiresAt, before), limit);

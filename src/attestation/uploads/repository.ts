import { and, count, eq, lte } from 'drizzle-orm';
import type { Principal } from '../../authority/index.js';
import type { Db, Tx } from '../../db/open.js';
import { type UploadRow, uploads } from './tables.js';

const ownedBy = ({ kind, id }: Principal) => eq(kind === 'user' ? uploads.userId : uploads.agentId, id);

export async function findUpload(db: Db, id: string): Promise<UploadRow | undefined> {
  const [row] = await db.select().from(uploads).where(eq(uploads.id, id));
  return row;
}

export async function insertUpload(tx: Tx, row: UploadRow): Promise<void> {
  await tx.insert(uploads).values(row);
}

export async function deleteExpired(tx: Tx, principal: Principal, now: Date): Promise<void> {
  await tx.delete(uploads).where(and(ownedBy(principal), lte(uploads.expiresAt, now)));
}

export async function countOpen(tx: Tx, principal: Principal): Promise<number> {
  const [found] = await tx
    .select({ open: count() })
    .from(uploads)
    .where(and(ownedBy(principal), eq(uploads.state, 'OPEN')));
  return found?.open ?? 0;
}

export async function setFilled(tx: Tx, id: string): Promise<void> {
  await tx.update(uploads).set({ state: 'FILLED' }).where(eq(uploads.id, id));
}

import { and, eq, inArray, lte } from 'drizzle-orm';
import type { Db, Tx } from '../../db/open.js';
import type { Id } from '../../platform/ids.js';
import { attestations, type ChallengeRow } from './tables.js';

export async function findChallenge(
  db: Db,
  agentId: Id<'Agent'>,
  id: Id<'Attestation'>,
): Promise<ChallengeRow | undefined> {
  const [row] = await db
    .select()
    .from(attestations)
    .where(and(eq(attestations.id, id), eq(attestations.agentId, agentId)));
  return row;
}

export async function insertChallenge(tx: Tx, row: ChallengeRow): Promise<void> {
  await tx.insert(attestations).values(row);
}

export async function updateChallenge(tx: Tx, id: Id<'Attestation'>, change: Partial<ChallengeRow>): Promise<void> {
  await tx.update(attestations).set(change).where(eq(attestations.id, id));
}

export async function voidOpenChallenge(tx: Tx, agentId: Id<'Agent'>): Promise<void> {
  await tx
    .update(attestations)
    .set({ state: 'VOID' })
    .where(and(eq(attestations.agentId, agentId), eq(attestations.state, 'OPEN')));
}

export async function removeChallenges(db: Db, before: Date, limit: number): Promise<number> {
  const past = db
    .select({ id: attestations.id })
    .from(attestations)
    .where(lte(attestations.expiresAt, before))
    .limit(limit)
    .for('update', { skipLocked: true });
  return (await db.delete(attestations).where(inArray(attestations.id, past)).returning({ id: attestations.id }))
    .length;
}

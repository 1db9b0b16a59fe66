import { and, count, eq, gt, inArray, lt } from 'drizzle-orm';
import { connectionOf } from '../../db/by-id.js';
import { holdOwner } from '../../db/hold-owner.js';
import type { Db, Tx } from '../../db/open.js';
import { rowsWhere } from '../../db/rows.js';
import type { Id } from '../../platform/ids.js';
import type { Connection, PageArgs } from '../../platform/pagination.js';
import type { Visible } from '../../platform/policy/index.js';
import { clause } from '../../platform/sql/clause.js';
import { type JoiningRow, type JoinTokenRow, joinings, joinTokens } from './tables.js';

type VisibleTokens = Visible<typeof joinTokens>;

export const list = (db: Db, visible: VisibleTokens, args: PageArgs): Promise<Connection<JoinTokenRow>> =>
  connectionOf(db, joinTokens, { visible }, args);

export const listByIds = (db: Db, visible: VisibleTokens, ids: readonly Id<'JoinToken'>[]): Promise<JoinTokenRow[]> =>
  db
    .select()
    .from(joinTokens)
    .where(and(visible.where, inArray(joinTokens.id, [...ids])));

export async function findById(db: Db, id: Id<'JoinToken'>): Promise<JoinTokenRow | undefined> {
  const [row] = await rowsWhere(db, joinTokens, eq(joinTokens.id, id));
  return row;
}

/** How many can still be used, by expiry. Holds their number until the transaction ends. */
export async function countValid(tx: Tx, now: Date): Promise<number> {
  await holdOwner(tx, joinTokens.id, null);
  const [row] = await tx.select({ found: count() }).from(joinTokens).where(gt(joinTokens.expiresAt, now));
  return row?.found ?? 0;
}

export async function insert(tx: Tx, row: JoinTokenRow): Promise<void> {
  await tx.insert(joinTokens).values(row);
}

/** With the machines that began to join by it. */
export async function remove(tx: Tx, id: Id<'JoinToken'>): Promise<void> {
  await tx.delete(joinings).where(eq(joinings.joinTokenId, id));
  await tx.delete(joinTokens).where(eq(joinTokens.id, id));
}

export async function findByHash(db: Db, tokenHash: string): Promise<JoinTokenRow | undefined> {
  const [row] = await rowsWhere(db, joinTokens, eq(joinTokens.tokenHash, tokenHash));
  return row;
}

/** Locks a token until the transaction ends: machines that complete at once wait here. New ones may begin meanwhile. */
export async function lockByHash(tx: Tx, tokenHash: string): Promise<JoinTokenRow | undefined> {
  const [row] = await tx.select().from(joinTokens).where(eq(joinTokens.tokenHash, tokenHash)).for('no key update');
  return row;
}

/** Keeps a machine that begins, or that begins again with the same EK: then it keeps its agent's id, and the secret of before is void. */
export async function begin(tx: Tx, row: JoiningRow): Promise<Id<'Agent'>> {
  const { akName, akPublic, ekPublic, secretHash, begunAt } = row;
  const [kept] = await tx
    .insert(joinings)
    .values(row)
    .onConflictDoUpdate({
      target: [joinings.joinTokenId, joinings.ekFingerprint],
      set: { akName, akPublic, ekPublic, secretHash, begunAt },
    })
    .returning({ agentId: joinings.agentId });
  return kept?.agentId ?? row.agentId;
}

/** Forgets the oldest of those that began by a token, beyond so many. */
export async function forgetBeyond(tx: Tx, tokenId: Id<'JoinToken'>, max: number): Promise<void> {
  const { begunAt, joinTokenId } = joinings;
  await tx.execute(
    clause`delete from ${joinings} where ${joinTokenId} = ${tokenId} and ${begunAt} < (
      select newest.begun_at from ${joinings} newest where newest.join_token_id = ${tokenId}
      order by newest.begun_at desc offset ${max - 1} limit 1)`.getSQL(),
  );
}

/** Takes the machine that a secret completes; undefined when there is none, or it did not begin by this token. */
export async function take(tx: Tx, tokenId: Id<'JoinToken'>, secretHash: string): Promise<JoiningRow | undefined> {
  const isIt = and(eq(joinings.joinTokenId, tokenId), eq(joinings.secretHash, secretHash));
  const [row] = await tx.delete(joinings).where(isIt).returning();
  return row;
}

export async function spend(tx: Tx, { id, usedCount }: JoinTokenRow, nextNumber: number): Promise<void> {
  await tx
    .update(joinTokens)
    .set({ usedCount: usedCount + 1, nextNumber })
    .where(eq(joinTokens.id, id));
}

/** What began by a token that nobody can use any more. */
export async function forgetAll(tx: Tx, tokenId: Id<'JoinToken'>): Promise<void> {
  await tx.delete(joinings).where(eq(joinings.joinTokenId, tokenId));
}

export const begunBefore = (time: Date) => lt(joinings.begunAt, time);
export const expiredBefore = (time: Date) => lt(joinTokens.expiresAt, time);

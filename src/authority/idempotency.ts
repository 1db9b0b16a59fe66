import { createHash } from 'node:crypto';
import { and, eq, gte, lt, type SQL, sql } from 'drizzle-orm';
import { isOneOf } from '../db/remove-some.js';
import { requestIdReused } from '../platform/errors.js';
import { type Id, type Kind, toId } from '../platform/ids.js';
import type { Sweep } from './manifest.js';
import type { Act } from './mutate.js';
import { idempotencyKeys } from './tables.js';

const KEPT_MS = 24 * 3_600_000;
const REQUEST_ID_LENGTH_MAX = 255;
const SWEPT_AT_ONCE = 500;

export interface Once<K extends Kind> {
  /** The id of what was made, now or by the first request of this id. */
  readonly id: Id<K>;
  readonly isReplay: boolean;
}

/**
 * Makes an object at most once for a caller's request id: a second request returns the first one's object; one with
 * another input is refused. Concurrent requests wait on the primary key until the first commits. A replay writes
 * nothing, not even an audit entry: the first request wrote it.
 */
export async function once<K extends Kind>(
  act: Act,
  of: K,
  input: { readonly requestId?: string | null | undefined },
  make: () => Promise<Id<K>>,
): Promise<Once<K>> {
  const { requestId } = input;
  const principal = act.actor.principal?.id;
  if (requestId == null || principal === undefined) return { id: await make(), isReplay: false };
  if (requestId.length > REQUEST_ID_LENGTH_MAX)
    throw requestIdReused('A request id has at most 255 characters.', 'requestId');
  const mutation = `create${of}`;
  const key = { principalId: principal, mutation, requestId };
  const where = and(
    eq(idempotencyKeys.principalId, principal),
    eq(idempotencyKeys.mutation, mutation),
    eq(idempotencyKeys.requestId, requestId),
  );
  const inputHash = hashOf(act, input);
  const replay = async (isCounting: SQL | undefined): Promise<Once<K> | undefined> => {
    const [first] = await act.tx.select().from(idempotencyKeys).where(isCounting);
    if (first === undefined) return undefined;
    if (first.inputHash !== inputHash)
      throw requestIdReused('This request id was used with another input.', 'requestId');
    return act.unchanged({ id: toId(of, first.resultId), isReplay: true });
  };
  const known = await replay(and(where, gte(idempotencyKeys.expiresAt, act.now)));
  if (known !== undefined) return known;
  // After its day, this request id counts as new; the sweep removes the caller's others.
  await act.tx.delete(idempotencyKeys).where(and(where, lt(idempotencyKeys.expiresAt, act.now)));
  const fresh = await act.tx
    .insert(idempotencyKeys)
    .values({ ...key, inputHash, resultId: '', expiresAt: new Date(act.now.getTime() + KEPT_MS) })
    .onConflictDoNothing()
    .returning({ requestId: idempotencyKeys.requestId });
  const twin = fresh.length === 0 ? await replay(where) : undefined;
  if (twin !== undefined) return twin;
  const id = await make();
  await act.tx.update(idempotencyKeys).set({ resultId: id }).where(where);
  return { id, isReplay: false };
}

/** When callers do not come back, only this removes their request ids. */
export const requestIdSweep: Sweep = {
  name: 'request ids',
  removes: [idempotencyKeys],
  removeSome: async ({ db, clock }) => {
    const { requestId, expiresAt } = idempotencyKeys;
    const place = sql`${idempotencyKeys}.ctid`;
    const past = db
      .select({ place })
      .from(idempotencyKeys)
      .where(lt(expiresAt, clock.now()))
      .limit(SWEPT_AT_ONCE)
      .for('update', { skipLocked: true });
    return (await db.delete(idempotencyKeys).where(isOneOf(place, past)).returning({ requestId })).length;
  },
};

/** The scope is part of the request: the same input under another scope makes another object. */
function hashOf(act: Act, input: object): string {
  return createHash('sha256')
    .update(JSON.stringify([act.actor.where, canonical(input)]))
    .digest('hex');
}

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => [key, canonical(item)]);
}

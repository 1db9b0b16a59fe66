import type { RootDb, Tx } from '../../db/open.js';
import { lowestId } from '../../platform/ids.js';
import { type SigningKeys, signPlace } from '../chain/index.js';
import { recordTrim } from '../entries/index.js';
import { findHeadBefore, findTrim, markTrim, sweep, tryLock } from '../seals/index.js';
import { dropPartitions, monthAt } from './partitions.js';

const DAY_MS = 86_400_000;
const CHUNK = 5000;

/**
 * Drops entries that are older than the retention: month by month, up to a signed head. The head stays, with a signed
 * statement that everything before it is gone on purpose, and an audit entry records it. Nothing younger is dropped.
 */
export async function trim(db: RootDb, keys: SigningKeys, now: Date, retentionMs: number): Promise<void> {
  const end = trimEnd(new Date(now.getTime() - retentionMs));
  const seq = await db.transaction((tx) => signTrim(tx, keys, now, end));
  if (seq === null) return;
  await dropPartitions(db, end, seq);
  while ((await sweep(db, seq, CHUNK)) === CHUNK);
}

/**
 * A day into a month: entries near the turn of the month can be sealed slightly out of order, and after that day all of
 * the month before are on one side of the place where the chain is cut.
 */
function trimEnd(limit: Date): Date {
  const inMonth = monthAt(limit).getTime() + DAY_MS;
  return new Date(inMonth <= limit.getTime() ? inMonth : monthAt(limit, -1).getTime() + DAY_MS);
}

/** Signs that the chain begins after a later place; returns the place after which it begins now. */
async function signTrim(tx: Tx, keys: SigningKeys, now: Date, end: Date): Promise<number | null> {
  if (!(await tryLock(tx))) return null;
  const earlier = await findTrim(tx);
  const head = await findHeadBefore(tx, lowestId('AuditEntry', end));
  if (head === null || head.seq <= (earlier?.seq ?? 0)) return earlier?.seq ?? null;
  await markTrim(tx, signPlace('trim', head, now, keys));
  await recordTrim(tx, { seq: head.seq, hash: head.hash }, now);
  return head.seq;
}

import type { RootDb, Tx } from '../../db/open.js';
import { GENESIS, nextPlace, type SigningKeys, signPlace, verifyPlace } from '../chain/index.js';
import { entryFormOf } from '../entries/index.js';
import { findNewestHead, type HeadRow, headOf, insertBatch, listUnsealed, tryLock } from '../seals/index.js';

/** How many entries one transaction seals, and so the largest distance between signed heads. */
export const BATCH_MAX = 500;

/**
 * Seals the settled entries, in the order of their commits, in one transaction: a crash at any moment leaves a whole
 * batch or nothing. Returns how many it sealed; 0 while another process seals.
 *
 * @param unknown Called with the key of the newest head when it is none of these.
 * @throws Error when the newest head is not what was signed: nothing is built on it.
 */
export function sealBatch(
  db: RootDb,
  keys: SigningKeys,
  now: Date,
  unknown: (keyId: string) => void = () => {},
): Promise<number> {
  return db.transaction(async (tx) => {
    if (!(await tryLock(tx))) return 0;
    const newest = await findNewestHead(tx);
    if (newest && !isKnown(newest, keys)) unknown(newest.keyId);
    return appendBatch(tx, newest, keys, now);
  });
}

async function appendBatch(tx: Tx, newest: HeadRow | null, keys: SigningKeys, now: Date): Promise<number> {
  const rows = await listUnsealed(tx, newest, BATCH_MAX);
  const last = rows.at(-1);
  if (last === undefined) return 0;
  let place = newest ?? GENESIS;
  const seals = rows.map((row) => {
    place = nextPlace(place, entryFormOf(row));
    return { ...place, entryId: row.id };
  });
  const signed = signPlace('head', place, now, keys);
  const trim = { trimSignedAt: null, trimKeyId: null, trimSignature: null };
  await insertBatch(tx, seals, { ...signed, signedAt: now, xid: last.xid, entryId: last.id, ...trim });
  return rows.length;
}

/**
 * Whether the key of a head is here. A head whose key is not is built on, since the chain must go on; verification reports
 * it.
 */
function isKnown(head: HeadRow, keys: SigningKeys): boolean {
  const verdict = verifyPlace('head', headOf(head), keys);
  if (verdict === 'invalid') throw new Error(`The head at ${head.seq} of the audit chain is not what was signed.`);
  return verdict === 'valid';
}

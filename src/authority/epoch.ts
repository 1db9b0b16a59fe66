import { eq, sql } from 'drizzle-orm';
import { type Db, notify, type Tx } from '../db/open.js';
import { statement } from '../db/statement.js';
import { authorizationEpoch } from './tables.js';

const ROW = eq(authorizationEpoch.id, 1);
const NO_EPOCH = 'The authorization epoch is missing: the database was not bootstrapped.';

interface Found {
  readonly epoch: number | string;
}

const epoch = sql`select ${authorizationEpoch.epoch} from ${authorizationEpoch} where ${ROW}`;
const reading = statement<object, Found>(() => epoch);
const locking = {
  share: statement<object, Found>(() => sql`${epoch} for share`),
  update: statement<object, Found>(() => sql`${epoch} for update`),
} as const;

/** Inserts the row into an empty database. */
export async function insertEpoch(db: Db): Promise<void> {
  await db.insert(authorizationEpoch).values({ id: 1, epoch: 1 }).onConflictDoNothing();
}

/** How a transaction locks the epoch. */
export type EpochHold = 'share' | 'update';

/**
 * Reads the epoch and locks it until the transaction ends: shared by writers that only need rights to stay as they are,
 * exclusively by those that will change rights (two that both shared first would deadlock).
 */
export async function lockEpoch(tx: Tx, mode: EpochHold): Promise<number> {
  return epochOf(await locking[mode](tx, {}));
}

/** The current epoch, without a lock: rights may change at any moment after the read. */
export async function readEpoch(db: Db): Promise<number> {
  return epochOf(await reading(db, {}));
}

function epochOf([row]: readonly Found[]): number {
  if (!row) throw new Error(NO_EPOCH);
  // One engine returns a bigint as text.
  return Number(row.epoch);
}

/** Wakes open streams when rights change, so that they check at once whether they may go on. */
export const RIGHTS_TOPIC = 'rights';

/** Every change of rights calls this in its transaction, which must hold the epoch with `update`; `mutate` does both. */
export async function bumpEpoch(tx: Tx): Promise<void> {
  await tx
    .update(authorizationEpoch)
    .set({ epoch: sql`${authorizationEpoch.epoch} + 1` })
    .where(ROW);
  await notify(tx, RIGHTS_TOPIC);
}

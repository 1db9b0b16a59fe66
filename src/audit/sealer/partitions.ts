import { asc, type SQL, sql } from 'drizzle-orm';
import { faultForLog } from '../../db/errors.js';
import type { Db, RootDb, Tx } from '../../db/open.js';
import { lowestId } from '../../platform/ids.js';
import type { Logger } from '../../platform/log.js';
import { auditEntries } from '../entries/index.js';
import { auditSeals, lockSealing } from '../seals/index.js';

/** How many months there are partitions for ahead of the current one. */
const MONTHS_AHEAD = 2;
const NAME = /^audit_entries_([0-9]{4})([0-9]{2})$/;
const REST = sql.identifier('audit_entries_rest');

/** The first moment of a month, counted from the one of a date. */
export const monthAt = (date: Date, offset = 0): Date =>
  new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + offset, 1));

const nameOf = (month: Date): string => `audit_entries_${month.toISOString().slice(0, 7).replace('-', '')}`;

/** A month that has more entries in the rest than this is left there: moving them would hold up every writer. */
const MOVED_MAX = 50_000;
/** After a failure: each attempt can make writers wait. */
const RETRY_MS = 60_000;

/**
 * What keeps partitions there ahead of the entries: called with a time, it has made those of that month and the next
 * ones, whichever was there before. Where they are known to be it costs nothing. A failure is logged and tried again a
 * minute later at the earliest; until then entries lie in the partition of the rest, so none is ever refused.
 */
export function keepPartitions(db: RootDb, log: Logger): (time: Date) => Promise<void> {
  let known: { readonly from: Date; readonly until: Date } | null = null;
  let retryAt = 0;
  return async (time) => {
    // The last of the months ahead is missing as soon as a new one begins.
    if ((known && known.from <= time && time < known.until) || performance.now() < retryAt) return;
    try {
      await makePartitions(db, time);
      known = { from: monthAt(time), until: monthAt(time, 1) };
    } catch (error) {
      retryAt = performance.now() + RETRY_MS;
      log.warn(faultForLog(error), 'the partitions of the audit log were not made');
    }
  };
}

/**
 * Makes the partitions of this month and the next ones. Entries that lie in the rest already are moved.
 * @throws what the database does, for example when the table cannot be locked soon.
 */
export async function makePartitions(db: RootDb, now: Date): Promise<void> {
  const wanted = Array.from({ length: MONTHS_AHEAD + 1 }, (_, offset) => monthAt(now, offset));
  const missing = async (at: Db) => {
    const existing = new Set(await listPartitions(at));
    return wanted.filter((month) => !existing.has(nameOf(month)));
  };
  if ((await missing(db)).length === 0) return;
  await db.transaction(async (tx) => {
    await limitWaiting(tx);
    await lockSealing(tx);
    // The whole table: an entry on its way into the rest would not fit there any more once its own partition is made.
    await tx.execute(sql`lock table ${auditEntries} in access exclusive mode`);
    for (const month of await missing(tx)) await makePartition(tx, month);
  });
}

async function makePartition(tx: Tx, month: Date): Promise<void> {
  const name = sql.identifier(nameOf(month));
  // A definition takes no parameters; these are our own words.
  const from = sql.raw(`'${lowestId('AuditEntry', month)}'`);
  const to = sql.raw(`'${lowestId('AuditEntry', monthAt(month, 1))}'`);
  const tooMany = sql`${REST} where id >= ${from} and id < ${to} offset ${MOVED_MAX} limit 1`;
  if ((await tx.select({ one: sql`1` }).from(tooMany)).length > 0) return;
  await tx.execute(sql`create table ${name} (like ${auditEntries} including defaults)`);
  await tx.execute(
    sql`with moved as (delete from ${REST} where id >= ${from} and id < ${to} returning *) insert into ${name} table moved`,
  );
  await tx.execute(sql`alter table ${auditEntries} attach partition ${name} for values from (${from}) to (${to})`);
}

/** Drops the partitions that end by then and hold nothing but what was sealed up to a place. */
export async function dropPartitions(db: RootDb, end: Date, seq: number): Promise<void> {
  for (const name of await listPartitions(db)) {
    const [, year, month] = NAME.exec(name) ?? [];
    const next = new Date(Date.UTC(Number(year), Number(month), 1));
    if (next > end || (await holdsMore(db, sql.identifier(name), seq))) continue;
    await db.transaction(async (tx) => {
      await limitWaiting(tx);
      await tx.execute(sql`drop table ${sql.identifier(name)}`);
    });
  }
}

async function holdsMore(db: Db, partition: ReturnType<typeof sql.identifier>, seq: number): Promise<boolean> {
  const isKept = sql`s.seq is null or s.seq > ${seq}`;
  const from = sql`${partition} e left join ${auditSeals} s on s.entry_id = e.id where ${isKept} limit 1`;
  return (await db.select({ id: sql<string>`e.id` }).from(from)).length > 0;
}

async function listPartitions(db: Db): Promise<string[]> {
  const from: SQL = sql`pg_inherits join pg_class on pg_class.oid = inhrelid`;
  const rows = await db
    .select({ name: sql<string>`relname::text` })
    .from(from)
    .where(sql`inhparent = 'audit_entries'::regclass`)
    .orderBy(asc(sql`relname`));
  return rows.map(({ name }) => name).filter((name) => NAME.test(name));
}

/** Whoever waits for a lock makes all others wait behind; better to try again later. */
const limitWaiting = (tx: Tx) => tx.execute(sql`set local lock_timeout = '2s'`);

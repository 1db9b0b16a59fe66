import { asc, type SQL, sql } from 'drizzle-orm';
import { faultForLog } from '../../db/errors.js';
import type { Db, RootDb, Tx } from '../../db/open.js';
import { lowestId } from '../../platform/ids.js';
import type { Logger } from '../../platform/log.js';
import { auditEntries } from '../entries/index.js';
import { auditSeals, lockSealing } from '../seals/index.js';

/** For how many months after the current one there are partitions. */
const MONTHS_AHEAD = 2;
const NAME = /^audit_entries_([0-9]{4})([0-9]{2})$/;
const REST = sql.identifier('audit_entries_rest');

/** The first moment of a month: of the date's month, or of the one `offset` months later. */
export const monthAt = (date: Date, offset = 0): Date =>
  new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + offset, 1));

const nameOf = (month: Date): string => `audit_entries_${month.toISOString().slice(0, 7).replace('-', '')}`;

/** A month with more entries in the rest partition than this stays there: moving them would block every writer. */
const MOVED_MAX = 50_000;
/** The pause after a failure: each attempt can make writers wait. */
const RETRY_MS = 60_000;

/**
 * Keeps partitions ahead of the entries: called with a time, the returned function makes those of that month and the
 * next ones that are missing. When they are known to exist, it costs nothing. A failure is logged and tried again after
 * a minute at the earliest; until then entries go into the rest partition, so none is ever refused.
 */
export function keepPartitions(db: RootDb, log: Logger): (time: Date) => Promise<void> {
  let known: { readonly from: Date; readonly until: Date } | null = null;
  let retryAt = 0;
  return async (time) => {
    // The last of the months ahead is missing as soon as a new month begins.
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
 * Makes the partitions of this month and the next ones. Entries that are in the rest partition already are moved.
 * @throws the database's error, for example when the table cannot be locked soon.
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
    // The whole table: an entry on its way into the rest partition would no longer fit there once its own exists.
    await tx.execute(sql`lock table ${auditEntries} in access exclusive mode`);
    for (const month of await missing(tx)) await makePartition(tx, month);
  });
}

async function makePartition(tx: Tx, month: Date): Promise<void> {
  const name = sql.identifier(nameOf(month));
  // A definition takes no parameters; these texts are our own.
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

/** Drops the partitions that end by then and hold only entries that were sealed up to a place. */
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

/** A statement that waits for a lock makes all others wait behind it; it is better to try again later. */
const limitWaiting = (tx: Tx) => tx.execute(sql`set local lock_timeout = '2s'`);

import { and, asc, desc, eq, gt, gte, inArray, isNotNull, lt, lte, not, notExists, type SQL, sql } from 'drizzle-orm';
import { ADVISORY_LOCKS, type Db, type RootDb, type Tx } from '../../db/open.js';
import type { Id } from '../../platform/ids.js';
import type { Place, SignedPlace } from '../chain/index.js';
import { type AuditEntryRow, auditEntries } from '../entries/index.js';
import { auditHeads, auditSeals, type HeadRow } from './tables.js';

/** At most this many waiting entries are counted. */
const TAIL_MAX = 10_000;

type CommittedEntry = AuditEntryRow & { readonly xid: string };

export interface SealRow extends Place {
  readonly entryId: Id<'AuditEntry'>;
  readonly entry: CommittedEntry | null;
  readonly head: HeadRow | null;
}

/** Reads that must fit together see one moment, and no partition is dropped meanwhile. */
export function atOnce<T>(db: RootDb, run: (tx: Tx) => Promise<T>): Promise<T> {
  const read = async (tx: Tx) => {
    // The snapshot begins with the first read after the lock: what was dropped by then was signed away by then.
    await tx.execute(sql`lock table ${auditEntries} in access share mode`);
    return run(tx);
  };
  return db.transaction(read, { isolationLevel: 'repeatable read', accessMode: 'read only' });
}

/** Makes this transaction the only one that seals, until it ends; returns false when another one seals. */
export async function tryLock(tx: Tx): Promise<boolean> {
  const [row] = await tx
    .select({ isMine: sql<boolean>`pg_try_advisory_xact_lock(${ADVISORY_LOCKS.sealer}::bigint)` })
    .from(sql`(select 1) as one`);
  return row?.isMine ?? false;
}

/** The same, but waits for the other one to end. */
export async function lockSealing(tx: Tx): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(${ADVISORY_LOCKS.sealer}::bigint)`);
}

export async function findNewestHead(db: Db): Promise<HeadRow | null> {
  const [head] = await db.select().from(auditHeads).orderBy(desc(auditHeads.seq)).limit(1);
  return head ?? null;
}

/** The head after which the chain begins, when everything before it was dropped. */
export async function findTrim(db: Db): Promise<HeadRow | null> {
  const trims = db.select().from(auditHeads).where(isNotNull(auditHeads.trimSignedAt));
  const [head] = await trims.orderBy(desc(auditHeads.seq)).limit(1);
  return head ?? null;
}

/**
 * Entries to seal next, in the order of their transactions. Only those below the oldest running transaction are taken:
 * nothing can commit before one of them any more.
 */
export function listUnsealed(tx: Tx, head: HeadRow | null, limit: number): Promise<CommittedEntry[]> {
  const snapshot = sql`pg_current_snapshot()`;
  // At or past the newest transaction are only entries that a backup brought from a cluster that counted higher.
  const isSettled = sql`(${auditEntries.xid} < pg_snapshot_xmin(${snapshot}) or ${auditEntries.xid} >= pg_snapshot_xmax(${snapshot}))`;
  return tx
    .select()
    .from(auditEntries)
    .where(and(isSettled, isBehind(head), isUnsealed(tx)))
    .orderBy(asc(auditEntries.xid), asc(auditEntries.id))
    .limit(limit);
}

/** How many entries are not sealed, and since when. It includes entries whose transaction may still run. */
export async function countUnsealed(db: Db, head: HeadRow | null): Promise<{ count: number; oldest: Date | null }> {
  const tail = db
    .select({ occurredAt: auditEntries.occurredAt })
    .from(auditEntries)
    .where(and(isBehind(head), isUnsealed(db)))
    .orderBy(asc(auditEntries.xid), asc(auditEntries.id))
    .limit(TAIL_MAX)
    .as('tail');
  const [row] = await db
    .select({
      count: sql`count(*)`.mapWith(Number),
      oldest: sql`min(${tail.occurredAt})`.mapWith(auditEntries.occurredAt),
    })
    .from(tail);
  return { count: row?.count ?? 0, oldest: row?.oldest ?? null };
}

/** The first unsealed entry between two sealed ones: by now, no transaction could commit it there. */
export async function findAdded(
  db: Db,
  head: HeadRow,
  after: CommittedEntry | null,
  until: CommittedEntry,
): Promise<Id<'AuditEntry'> | null> {
  const place = sql`(${auditEntries.xid}, ${auditEntries.id})`;
  const cursor = ({ xid, id }: CommittedEntry) => sql`(${xid}::xid8, ${id})`;
  const within = [lte(place, cursor(until)), after ? gt(place, cursor(after)) : undefined];
  const [added] = await db
    .select({ id: auditEntries.id })
    .from(auditEntries)
    .where(and(...within, not(isBehind(head)), isUnsealed(db)))
    .orderBy(asc(auditEntries.xid), asc(auditEntries.id))
    .limit(1);
  return added?.id ?? null;
}

/**
 * After the last sealed entry. A head from another cluster, which counted transactions higher, is before all entries of
 * this one.
 */
function isBehind(head: HeadRow | null): SQL {
  if (head === null) return sql`true`;
  const xid = sql`${head.xid}::xid8`;
  const reached = sql`case when ${xid} < pg_snapshot_xmax(pg_current_snapshot()) then ${xid} else '0'::xid8 end`;
  return sql`(${auditEntries.xid}, ${auditEntries.id}) > (${reached}, ${head.entryId})`;
}

const isUnsealed = (db: Db): SQL =>
  notExists(db.select({ seq: auditSeals.seq }).from(auditSeals).where(eq(auditSeals.entryId, auditEntries.id)));

export async function insertBatch(
  tx: Tx,
  seals: readonly (Place & { readonly entryId: Id<'AuditEntry'> })[],
  head: HeadRow,
): Promise<void> {
  await tx.insert(auditSeals).values([...seals]);
  await tx.insert(auditHeads).values(head);
}

/** Seals from a place on, in order, with their entries and heads. */
export async function listSeals(db: Db, fromSeq: number, limit: number): Promise<SealRow[]> {
  const rows = await db
    .select({ seal: auditSeals, entry: auditEntries, head: auditHeads })
    .from(auditSeals)
    .leftJoin(auditEntries, eq(auditEntries.id, auditSeals.entryId))
    .leftJoin(auditHeads, eq(auditHeads.seq, auditSeals.seq))
    .where(gte(auditSeals.seq, fromSeq))
    .orderBy(asc(auditSeals.seq))
    .limit(limit);
  return rows.map(({ seal, entry, head }) => ({ ...seal, entry, head }));
}

/** The last head before the first sealed entry with this id or a later one; the newest head without such an entry. */
export async function findHeadBefore(db: Db, entryId: Id<'AuditEntry'>): Promise<HeadRow | null> {
  const [first] = await db
    .select({ seq: auditSeals.seq })
    .from(auditSeals)
    .where(gte(auditSeals.entryId, entryId))
    .orderBy(asc(auditSeals.seq))
    .limit(1);
  const heads = db
    .select()
    .from(auditHeads)
    .where(first && lt(auditHeads.seq, first.seq));
  return (await heads.orderBy(desc(auditHeads.seq)).limit(1))[0] ?? null;
}

export async function markTrim(tx: Tx, { seq, signedAt, keyId, signature }: SignedPlace): Promise<void> {
  const trim = { trimSignedAt: new Date(signedAt), trimKeyId: keyId, trimSignature: signature };
  await tx.update(auditHeads).set(trim).where(eq(auditHeads.seq, seq));
}

/** Removes a part of what was trimmed: seals with their entries, and the heads before. Returns the number of seals. */
export async function sweep(db: Db, seq: number, limit: number): Promise<number> {
  const some = db.select({ seq: auditSeals.seq }).from(auditSeals).where(lte(auditSeals.seq, seq)).limit(limit);
  const seals = db
    .$with('seals')
    .as(db.delete(auditSeals).where(inArray(auditSeals.seq, some)).returning({ entryId: auditSeals.entryId }));
  const entries = db
    .$with('entries')
    .as(
      db
        .delete(auditEntries)
        .where(inArray(auditEntries.id, sql`(select entry_id from seals)`))
        .returning({ id: auditEntries.id }),
    );
  await db.delete(auditHeads).where(lt(auditHeads.seq, seq));
  const [row] = await db
    .with(seals, entries)
    .select({ count: sql`count(*)`.mapWith(Number) })
    .from(seals);
  return row?.count ?? 0;
}

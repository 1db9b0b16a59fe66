import { inArray, lt, sql } from 'drizzle-orm';
import { type Db, notify, type Tx } from '../db/open.js';
import { newId } from '../platform/ids.js';
import { positionAt } from './positions.js';
import { events } from './tables.js';

/** Something that changed, in the words of its domain. */
export interface EventFact {
  /** noun.verb, as in the audit log; whoever waits for this type is woken. */
  readonly type: string;
  readonly objectId: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Any number, as long as every replica takes the same one. */
const IN_LINE = 4_102_021;

/**
 * Writes events as the last thing that a transaction does. Transactions that have some stand in line from here to their
 * commit: so positions grow in the order of commits, a reader that has seen one has seen all before it, and since who
 * changes an object holds its row, the events of one object are in the order of its changes.
 */
export async function recordEvents(tx: Tx, facts: readonly EventFact[], at: Date): Promise<void> {
  if (facts.length === 0) return;
  // A statement of its own: the next one must see what those before in the line committed.
  await tx.execute(sql`select pg_advisory_xact_lock(${IN_LINE}::bigint)`);
  const last = sql`coalesce((select max(${events.position}) from ${events}), 0)`;
  const rows = facts.map((fact, index) => ({
    ...fact,
    position: sql`greatest(${positionAt(at)}::bigint, ${last} + 1) + ${index}::bigint`,
    id: newId('Event'),
    occurredAt: at,
  }));
  await tx.insert(events).values(rows);
  for (const type of new Set(facts.map((fact) => fact.type))) await notify(tx, type);
}

/** Removes events from before a time, a bounded number at once; answers how many. */
export async function removeEvents(db: Db, before: Date, limit: number): Promise<number> {
  const past = db
    .select({ position: events.position })
    .from(events)
    .where(lt(events.position, positionAt(before)))
    .limit(limit)
    .for('update', { skipLocked: true });
  const gone = await db.delete(events).where(inArray(events.position, past)).returning({ id: events.id });
  return gone.length;
}

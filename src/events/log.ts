import { and, asc, eq, gt, lt, type SQL } from 'drizzle-orm';
import { insertRows } from '../db/insert-rows.js';
import type { Db, Tx } from '../db/open.js';
import { removeSome } from '../db/remove-some.js';
import { eventsExpired } from '../platform/errors.js';
import { newId } from '../platform/ids.js';
import { type Beginning, beginningOf, positionAt } from './positions.js';
import { eventOutbox, events } from './tables.js';

/** A change, in the words of its domain. */
export interface EventFact {
  /** noun.verb, as in the audit log; wakes the listeners of this type. */
  readonly type: string;
  readonly objectId: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/**
 * Writes events in the transaction of the change, which must hold locks on the objects of the events. After the commit,
 * the caller calls `Placer.committed`: no event is sent before.
 */
export async function recordEvents(tx: Tx, facts: readonly EventFact[], at: Date): Promise<void> {
  const rows = facts.map((fact) => ({ ...fact, id: newId('Event'), occurredAt: at }));
  await insertRows(tx, eventOutbox, rows);
}

/**
 * The position after which a subscription begins; null for now.
 * @throws Refusal INVALID_CURSOR, with reason EVENTS_EXPIRED when events after it may be removed already.
 */
export async function beginAt(db: Db, beginning: Beginning, now: Date, retentionMs: number): Promise<number | null> {
  const position = beginningOf(beginning, new Date(now.getTime() - retentionMs), now);
  if (position === null) return null;
  // A position ahead of the time says nothing about its age, but events are removed in order.
  if (position > positionAt(now) && !(await isKept(db, position))) throw eventsExpired();
  return position;
}

async function isKept(db: Db, position: number): Promise<boolean> {
  const found = await db.select({ id: events.id }).from(events).where(eq(events.position, position));
  return found.length > 0;
}

/**
 * Removes events older than a time, in order, a bounded number at once; returns how many. If the clock was once ahead
 * and events were written then, later positions are ahead too: `occurredAt` gives the age of such events.
 */
export async function removeEvents(db: Db, before: Date, now: Date, limit: number): Promise<number> {
  const isAhead = gt(events.position, positionAt(now));
  const remove = (where: SQL | undefined) => removeSome(db, events.position, where, limit, asc(events.position));
  const gone = await remove(lt(events.position, positionAt(before)));
  return gone > 0 ? gone : remove(and(isAhead, lt(events.occurredAt, before)));
}

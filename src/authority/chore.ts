import { randomUUID } from 'node:crypto';
import type { Tx } from '../db/open.js';
import { type EventFact, recordEvents } from '../events/index.js';
import { anonymous } from './actor.js';
import { Changes } from './changes.js';
import type { AuditFact, Services } from './context.js';

/** What a chore has inside its transaction. */
export interface ChoreAct {
  readonly tx: Tx;
  readonly now: Date;
  /** Writes audit entries without an actor; they commit with the change or not at all. */
  audit(...facts: readonly AuditFact[]): Promise<void>;
  /** Adds an event for streams; events are written at the end of the transaction. */
  event(fact: EventFact): void;
}

/**
 * Does a bounded part of the server's own work, in a transaction of its own: nobody requests it, so there is no policy
 * and no epoch. Any replica may do so at any time: rows that it takes are locked, rows that another locks are skipped.
 */
export async function chore<T>(
  { db, clock, recordAudit, placer }: Services,
  run: (act: ChoreAct) => Promise<T>,
): Promise<T> {
  const { result, hasEvents } = await db.transaction(async (tx) => {
    const now = clock.now();
    const request = { requestId: randomUUID(), actor: anonymous, at: now };
    const events: EventFact[] = [];
    const changes = new Changes();
    const audit = async (...facts: readonly AuditFact[]) => {
      const places = await recordAudit(tx, request, ...facts);
      for (const [index, fact] of facts.entries()) changes.audited(fact, places[index]);
    };
    const result = await run({ tx, now, audit, event: (fact) => void events.push(fact) });
    const told = changes.with(events);
    await recordEvents(tx, told, now);
    return { result, hasEvents: told.length > 0 };
  });
  if (hasEvents) void placer.committed();
  return result;
}

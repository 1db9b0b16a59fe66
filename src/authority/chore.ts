import { randomUUID } from 'node:crypto';
import type { Tx } from '../db/open.js';
import { type EventFact, recordEvents } from '../events/index.js';
import { anonymous } from './actor.js';
import type { AuditFact, Services } from './context.js';

/** What the server has inside the transaction of what it does by itself. */
export interface ChoreAct {
  readonly tx: Tx;
  readonly now: Date;
  /** Records what was done, as nobody's doing; it commits with the change or not at all. */
  audit(fact: AuditFact): Promise<void>;
  /** Tells those who watch what changed; written at the end of the transaction. */
  event(fact: EventFact): void;
}

/**
 * Does a bounded part of what the server does by itself, in a transaction of its own: nobody asked, so there is no policy
 * and no epoch. Any replica does so at any time: what is taken is locked, and what another holds is skipped.
 */
export async function chore<T>(
  { db, clock, recordAudit, placer }: Services,
  run: (act: ChoreAct) => Promise<T>,
): Promise<T> {
  const events: EventFact[] = [];
  const result = await db.transaction(async (tx) => {
    const now = clock.now();
    const request = { requestId: randomUUID(), actor: anonymous, at: now };
    const result = await run({
      tx,
      now,
      audit: (fact) => recordAudit(tx, request, fact),
      event: (fact) => void events.push(fact),
    });
    await recordEvents(tx, events, now);
    return result;
  });
  if (events.length > 0) void placer.committed();
  return result;
}

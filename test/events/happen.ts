import type { Services } from '../../src/authority/index.js';
import { type EventFact, recordEvents } from '../../src/events/index.js';

/** Lets something happen in a transaction of its own; resolves once it is told. */
export async function happen(
  { db, placer }: Pick<Services, 'db' | 'placer'>,
  facts: readonly EventFact[],
  at = new Date(),
): Promise<void> {
  await db.transaction((tx) => recordEvents(tx, facts, at));
  await placer.committed();
}

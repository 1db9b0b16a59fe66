import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { faultForLog } from '../db/errors.js';
import { ADVISORY_LOCKS, notify, type RootDb } from '../db/open.js';
import { rowsOf } from '../db/rows.js';
import type { Clock } from '../platform/clock.js';
import type { Logger } from '../platform/log.js';
import { positionAt } from './positions.js';
import { eventOutbox, events } from './tables.js';
import { saidOf } from './topics.js';

/** How many events get their positions at once. */
const AT_ONCE = 500;
/** How long commits are gathered before their events are placed together, in milliseconds. */
const GATHER_MS = 3;

/**
 * Gives a bounded number of committed events their positions, and notifies listeners in the same transaction; returns
 * how many. Such transactions run one after another, from here to the commit, so positions grow in the order of
 * commits: a reader that has seen one event has seen all before it. Of two events of one object, the earlier has the
 * lower turn, and whoever sees the later one sees both.
 *
 * @param now A lower bound of the positions.
 */
export async function placeSome(db: RootDb, now: Date): Promise<number> {
  const [waiting] = await db.select({ turn: eventOutbox.turn }).from(eventOutbox).limit(1);
  if (waiting === undefined) return 0;
  return db.transaction(async (tx) => {
    // A separate statement: the next one must see what earlier holders of the lock committed.
    await tx.execute(sql`select pg_advisory_xact_lock(${ADVISORY_LOCKS.events}::bigint)`);
    const placed = await rowsOf<{ type: string; objectId: string }>(tx, placing(now));
    for (const said of saidOf(placed)) await notify(tx, said);
    return placed.length;
  });
}

/** A position is not before the time of its event, so a subscription since a time misses nothing. */
const placing = (now: Date) => sql`
  with taken as (
    delete from ${eventOutbox} where ${eventOutbox.turn} in
      (select ${eventOutbox.turn} from ${eventOutbox} order by ${eventOutbox.turn} limit ${AT_ONCE})
    returning *
  ), start as (
    select greatest(
      ${positionAt(now)}::bigint,
      (select (extract(epoch from max(occurred_at)) * 1000000)::bigint from taken),
      (select max(${events.position}) + 1 from ${events})
    ) as position
  )
  insert into ${events} (position, id, type, object_id, details, occurred_at)
  select start.position + row_number() over (order by turn) - 1, id, type, object_id, details, occurred_at
  from taken, start
  returning type, object_id as "objectId"`;

export interface PlacerOptions {
  readonly db: RootDb;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Places the events that this process commits, those of a few milliseconds together. */
export class Placer {
  readonly #options: PlacerOptions;
  #running: Promise<void> = Promise.resolve();
  /** Begins when `#running` ends; null when nothing was committed since `#running` began. */
  #next: Promise<void> | null = null;

  constructor(options: PlacerOptions) {
    this.#options = options;
  }

  /**
   * Call this after the commit of a transaction with events. Resolves when the events have their positions, which
   * nobody needs to await; never rejects, since a chore retries what fails.
   */
  committed(): Promise<void> {
    this.#next ??= this.#runAfter(this.#running);
    return this.#next;
  }

  /** Waits until running work ends. */
  async stop(): Promise<void> {
    await (this.#next ?? this.#running);
  }

  async #runAfter(before: Promise<void>): Promise<void> {
    await before;
    await delay(GATHER_MS);
    this.#running = this.#next ?? this.#running;
    this.#next = null;
    const { db, clock, log } = this.#options;
    try {
      while ((await placeSome(db, clock.now())) === AT_ONCE);
    } catch (error) {
      log.warn({ err: faultForLog(error) }, 'events wait to be told');
    }
  }
}

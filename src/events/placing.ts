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

/** Events that are given a position at once. */
const AT_ONCE = 500;
/** For how long commits are gathered before their events are placed together, in milliseconds. */
const GATHER_MS = 3;

/**
 * Gives committed events their positions, some at a time, and says in the same transaction what they are about; answers
 * how many. Only this takes turns, from here to its commit, so positions grow in the order of commits: a reader that has
 * seen one has seen all before it. Of two events of one object, whoever sees the later sees the earlier, which has the
 * lower turn.
 *
 * @param now A lower bound of the positions.
 */
export async function placeSome(db: RootDb, now: Date): Promise<number> {
  const [waiting] = await db.select({ turn: eventOutbox.turn }).from(eventOutbox).limit(1);
  if (waiting === undefined) return 0;
  return db.transaction(async (tx) => {
    // A statement of its own: the next one must see what those before in the line committed.
    await tx.execute(sql`select pg_advisory_xact_lock(${ADVISORY_LOCKS.events}::bigint)`);
    const placed = await rowsOf<{ type: string; objectId: string }>(tx, placing(now));
    for (const said of saidOf(placed)) await notify(tx, said);
    return placed.length;
  });
}

/** A position is not before the time of its event, so who watches since a time misses nothing of it. */
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

/** Places the events of this process's commits, those of a few milliseconds together. */
export class Placer {
  readonly #options: PlacerOptions;
  #running: Promise<void> = Promise.resolve();
  /** What begins when `#running` ends; null when nothing was committed since that began. */
  #next: Promise<void> | null = null;

  constructor(options: PlacerOptions) {
    this.#options = options;
  }

  /**
   * To be called once a transaction with events is committed. Resolves when they have their positions, which nobody has
   * to wait for; never rejects, since what fails is left to the chore.
   */
  committed(): Promise<void> {
    this.#next ??= this.#runAfter(this.#running);
    return this.#next;
  }

  /** Waits for what is under way. */
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

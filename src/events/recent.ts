import { and, asc, desc, eq, gt, lte } from 'drizzle-orm';
import type { Db } from '../db/open.js';
import { type EventRow, events } from './tables.js';

/**
 * How many of the newest events are kept: a stream that resumes among them, or is not far behind, needs no read of its
 * own.
 */
const KEPT_MAX = 1000;
/** How many events are returned at once. */
const PIECE = 50;

/** Some events in order, and the position up to which there are no others. */
export interface Piece {
  readonly events: readonly EventRow[];
  readonly end: number;
}

/**
 * The newest events of a type at some moment, read once for all streams that follow them. Events that are committed
 * later come after `end`, and are never among them.
 */
export class RecentEvents {
  /** The position of the newest event; 0 when there is none. */
  readonly end: number;
  readonly #type: string;
  readonly #kept: readonly EventRow[];
  /** All events after this position and up to `end` are kept. */
  readonly #start: number;

  private constructor(type: string, kept: readonly EventRow[], start: number) {
    const from = Math.max(kept.length - KEPT_MAX, 0);
    this.#type = type;
    this.#kept = from > 0 ? kept.slice(from) : kept;
    this.#start = kept[from - 1]?.position ?? start;
    this.end = kept.at(-1)?.position ?? 0;
  }

  static async read(db: Db, type: string): Promise<RecentEvents> {
    const found = await select(db, type, { limit: KEPT_MAX + 1, order: desc });
    return new RecentEvents(type, found.reverse(), 0);
  }

  /** These and the events committed since. */
  async andNewer(db: Db): Promise<RecentEvents> {
    let recent: RecentEvents = this;
    for (;;) {
      const where = gt(events.position, recent.end);
      const found = await select(db, this.#type, { limit: KEPT_MAX, order: asc, where });
      if (found.length > 0) recent = new RecentEvents(this.#type, [...recent.#kept, ...found], recent.#start);
      if (found.length < KEPT_MAX) return recent;
    }
  }

  /**
   * The next events after a position and up to `end`; read from the database where they are no longer kept.
   * @param objectIds The objects whose events are wanted; null for all.
   */
  async behind(db: Db, position: number, objectIds: ReadonlySet<string> | null): Promise<Piece> {
    const isWanted = (event: EventRow) => objectIds === null || objectIds.has(event.objectId);
    return position < this.#start ? this.#older(db, position, isWanted) : this.#newer(position, isWanted);
  }

  #newer(position: number, isWanted: (event: EventRow) => boolean): Piece {
    let from = this.#kept.length;
    while (from > 0 && (this.#kept[from - 1]?.position ?? 0) > position) from -= 1;
    const found: EventRow[] = [];
    for (const event of this.#kept.slice(from)) {
      if (found.length === PIECE) break;
      if (isWanted(event)) found.push(event);
    }
    return this.#piece(found, found);
  }

  async #older(db: Db, position: number, isWanted: (event: EventRow) => boolean): Promise<Piece> {
    const where = and(gt(events.position, position), lte(events.position, this.end));
    const read = await select(db, this.#type, { limit: PIECE, order: asc, where });
    return this.#piece(read, read.filter(isWanted));
  }

  #piece(read: readonly EventRow[], wanted: readonly EventRow[]): Piece {
    return { events: wanted, end: read.length < PIECE ? this.end : (read.at(-1)?.position ?? this.end) };
  }
}

interface Selection {
  readonly limit: number;
  readonly order: typeof asc;
  readonly where?: ReturnType<typeof and>;
}

function select(db: Db, type: string, { limit, order, where }: Selection): Promise<EventRow[]> {
  return db
    .select()
    .from(events)
    .where(and(eq(events.type, type), where))
    .orderBy(order(events.position))
    .limit(limit);
}

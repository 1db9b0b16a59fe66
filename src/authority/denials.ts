import { faultForLog } from '../db/errors.js';
import type { RootDb } from '../db/open.js';
import type { Logger } from '../platform/log.js';
import type { Meter } from '../platform/meter.js';
import type { Denial, DenialLog, RecordAudit } from './context.js';

/** Repeats of a denial since it was written. */
interface Repeats {
  readonly since: Date;
  count: number;
  last: Denial;
  readonly timer: NodeJS.Timeout;
}

/** How many denials are counted at once; beyond, the one that is counted longest ends early. */
const COUNTED_MAX = 10_000;
const CLOSED_AT_ONCE = 100;

export interface DenialOptions {
  readonly db: RootDb;
  readonly log: Logger;
  readonly meter: Pick<Meter, 'denialsMerged' | 'denialsLost'>;
  readonly recordAudit: RecordAudit;
  /** How long equal denials of one caller share one entry; 0 makes each an entry of its own. */
  readonly windowMs: number;
}

/**
 * Writes denials into the audit log, in transactions of their own. The first is written at once. Repeats by the same
 * caller within a window are counted and become one entry when the window ends, so a caller that is denied again and
 * again writes two entries per window, not one per request.
 */
export class Denials implements DenialLog {
  readonly #options: DenialOptions;
  readonly #counted = new Map<string, Repeats>();

  constructor(options: DenialOptions) {
    this.#options = options;
  }

  /** Never throws. */
  async record(denial: Denial): Promise<void> {
    const key = keyOf(denial);
    const known = this.#counted.get(key);
    if (known !== undefined) {
      known.count += 1;
      known.last = denial;
      this.#options.meter.denialsMerged();
      return;
    }
    if (this.#options.windowMs > 0) this.#open(key, denial);
    await this.#write(denial, 1);
  }

  /** Writes what was counted so far. */
  async close(): Promise<void> {
    const keys = [...this.#counted.keys()];
    // All at once would be more than may wait for a connection.
    for (let from = 0; from < keys.length; from += CLOSED_AT_ONCE)
      await Promise.all(keys.slice(from, from + CLOSED_AT_ONCE).map((key) => this.#end(key)));
  }

  #open(key: string, last: Denial): void {
    const [longest] = this.#counted.size >= COUNTED_MAX ? this.#counted.keys() : [];
    if (longest !== undefined) void this.#end(longest);
    const timer = setTimeout(() => void this.#end(key), this.#options.windowMs).unref();
    this.#counted.set(key, { since: last.at, count: 0, last, timer });
  }

  async #end(key: string): Promise<void> {
    const repeats = this.#counted.get(key);
    if (repeats === undefined) return;
    this.#counted.delete(key);
    clearTimeout(repeats.timer);
    const { count, since, last } = repeats;
    if (count === 0) return;
    const details = { ...last.fact.details, count, since: since.toISOString() };
    await this.#write({ ...last, fact: { ...last.fact, details } }, count);
  }

  async #write({ actor, requestId, at, fact }: Denial, count: number): Promise<void> {
    const { db, recordAudit, log, meter } = this.#options;
    try {
      await db.transaction((tx) => recordAudit(tx, { requestId, actor, at }, { ...fact, outcome: 'DENIED' }));
    } catch (error) {
      meter.denialsLost(count);
      log.error({ requestId, count, err: faultForLog(error) }, 'a denial could not be audited');
    }
  }
}

/** Equal when the same caller, with the same credential, was denied the same. */
const keyOf = ({ actor, fact }: Denial) => JSON.stringify([actor.principal?.id, actor.token?.id, actor.where, fact]);

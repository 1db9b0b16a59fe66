import type { Logger } from '../platform/log.js';
import { type Cause, causeOf, faultForLog } from './errors.js';

/** At most one log line per cause in this time, however many requests meet it. */
const LOG_EVERY_MS = 10_000;

/** Causes that last until an operator acts and that every request meets; after one, readiness looks closer. */
const LASTING: ReadonlySet<Cause> = new Set(['disk-full', 'read-only', 'too-many-sessions', 'refused']);

/** Counts and logs the failures of the database. */
export class Faults {
  readonly #log: Logger | undefined;
  readonly #counts = new Map<Cause, number>();
  readonly #unsaid = new Map<Cause, number>();
  readonly #saidAt = new Map<Cause, number>();
  #suspicion = 0;

  constructor(log?: Logger) {
    this.#log = log;
  }

  /** Counts an error when the database could not serve; ignores every other error. */
  saw(error: unknown): void {
    const cause = causeOf(error);
    if (cause === undefined) return;
    this.#counts.set(cause, this.count(cause) + 1);
    if (LASTING.has(cause)) this.#suspicion += 1;
    const times = (this.#unsaid.get(cause) ?? 0) + 1;
    this.#unsaid.set(cause, times);
    const now = performance.now();
    if (now - (this.#saidAt.get(cause) ?? Number.NEGATIVE_INFINITY) < LOG_EVERY_MS) return;
    this.#saidAt.set(cause, now);
    this.#unsaid.set(cause, 0);
    this.#log?.error({ cause, times, err: faultForLog(error) }, 'the database cannot serve');
  }

  count(cause: Cause): number {
    return this.#counts.get(cause) ?? 0;
  }

  /** Changes with each lasting fault; 0 when there is none to check. */
  get suspicion(): number {
    return this.#suspicion;
  }

  /** Ends the suspicion, unless there were more faults since it was read. */
  clear(suspicion: number): void {
    if (this.#suspicion === suspicion) this.#suspicion = 0;
  }
}

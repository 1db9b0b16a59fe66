import type { Candidate, DecisionChange } from '../../authority/index.js';
import type { Clock } from '../../platform/clock.js';
import type { Logger } from '../../platform/log.js';
import type { Meter } from '../../platform/meter.js';
import type { PolicyRegistry } from '../../platform/policy/index.js';
import type { CandidateChangeRow } from './tables.js';

export interface Watchers {
  readonly log: Logger;
  readonly clock: Clock;
  readonly meter: Meter;
}

/** Counts the decisions that a candidate would change in this process, until they are stored. */
export class Tally {
  readonly number: number;
  readonly #policies: PolicyRegistry;
  readonly #differing: ReadonlySet<string>;
  readonly #watchers: Watchers;
  /** Policies, scopes and changes are few, so callers cannot make this grow. */
  #rows = new Map<string, CandidateChangeRow>();
  readonly #logged = new Set<string>();

  constructor(number: number, policies: PolicyRegistry, differing: readonly string[], watchers: Watchers) {
    this.number = number;
    this.#policies = policies;
    this.#differing = new Set(differing);
    this.#watchers = watchers;
  }

  /** The candidate for one request. A request may decide the same policy many times; each change counts once. */
  forRequest(): Candidate {
    const noticed = new Set<string>();
    return {
      policies: this.#policies,
      differing: this.#differing,
      notice: (policy, scopeType, change) => {
        const key = `${policy} ${scopeType} ${change}`;
        if (noticed.has(key)) return;
        noticed.add(key);
        this.#count(key, policy, scopeType, change);
      },
    };
  }

  /** Returns the counts since the last call. */
  drain(): readonly CandidateChangeRow[] {
    const rows = [...this.#rows.values()];
    this.#rows = new Map();
    return rows;
  }

  /** Takes back counts that could not be stored. */
  restore(rows: readonly CandidateChangeRow[]): void {
    for (const row of rows) this.#add(`${row.policy} ${row.scopeType} ${row.change}`, row);
  }

  #count(key: string, policy: string, scopeType: string, change: DecisionChange): void {
    const { log, clock, meter } = this.#watchers;
    const now = clock.now();
    meter.wouldChange(policy, scopeType, change);
    this.#add(key, { revision: this.number, policy, scopeType, change, count: 1, firstAt: now, lastAt: now });
    if (this.#logged.has(key)) return;
    this.#logged.add(key);
    log.warn({ candidate: this.number, policy, scopeType, change }, 'the candidate policies would decide otherwise');
  }

  #add(key: string, row: CandidateChangeRow): void {
    const known = this.#rows.get(key);
    const { count, firstAt, lastAt } = row;
    const merged = known && {
      count: known.count + count,
      firstAt: new Date(Math.min(known.firstAt.getTime(), firstAt.getTime())),
      lastAt: new Date(Math.max(known.lastAt.getTime(), lastAt.getTime())),
    };
    this.#rows.set(key, { ...row, ...merged });
  }
}

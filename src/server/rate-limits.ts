import type { LogInAttempt } from '../authority/index.js';
import type { Clock } from '../platform/clock.js';
import { rateLimited } from '../platform/errors.js';
import { TokenBuckets } from '../platform/token-buckets.js';
import type { Leave } from './leaving.js';
import { LogInAttempts } from './log-in-attempts.js';

/** What one replica lets through; 0 is no limit. */
export interface LimitSettings {
  readonly requestsPerSecondPerPrincipal: number;
  readonly requestsPerSecondPerSource: number;
  /** Requests without a credential. */
  readonly strangersRequestsPerSecondPerSource: number;
  /** What operations cost, in microseconds of CPU (`prices.ts`). */
  readonly costPerSecondPerPrincipal: number;
  readonly strangersCostPerSecondPerSource: number;
  readonly concurrentRequestsPerPrincipal: number;
  readonly concurrentRequestsPerSource: number;
  readonly concurrentRequests: number;
  readonly streamsPerPrincipal: number;
  readonly streams: number;
  readonly logInsPerMinutePerSource: number;
  readonly logInsPerMinutePerUser: number;
  /** How long a name has to wait at most after wrong passwords from one source. */
  readonly logInWaitMaxMs: number;
}

export const NO_LIMITS: LimitSettings = {
  requestsPerSecondPerPrincipal: 0,
  requestsPerSecondPerSource: 0,
  strangersRequestsPerSecondPerSource: 0,
  costPerSecondPerPrincipal: 0,
  strangersCostPerSecondPerSource: 0,
  concurrentRequestsPerPrincipal: 0,
  concurrentRequestsPerSource: 0,
  concurrentRequests: 0,
  streamsPerPrincipal: 0,
  streams: 0,
  logInsPerMinutePerSource: 0,
  logInsPerMinutePerUser: 0,
  logInWaitMaxMs: 0,
};

/** A client that was quiet may send so many seconds' worth of requests at once. */
const BURST_SECONDS = 5;
/** When to come back to a server that is busy with the caller's own requests. */
const BUSY_RETRY_SECONDS = 1;

type ConcurrencyName = 'principal' | 'source' | 'all' | 'principalStreams' | 'streams';
type RateName = 'principal' | 'source' | 'stranger' | 'cost' | 'strangerCost' | 'logInSource' | 'logInUser';

const perSecond = (rate: number) => new TokenBuckets({ perSecond: rate, burst: rate * BURST_SECONDS });
const perMinute = (rate: number) => new TokenBuckets({ perSecond: rate / 60, burst: rate });

/** Decides in memory, for this replica alone, who sends too much. Nothing waits: what is too much is refused. */
export class RequestLimits {
  readonly #clock: Clock;
  readonly #rates: Readonly<Record<RateName, TokenBuckets>>;
  readonly #concurrency: Readonly<Record<ConcurrencyName, Concurrency>>;
  readonly #logIns: LogInAttempts;

  constructor(settings: LimitSettings, clock: Clock) {
    this.#clock = clock;
    this.#rates = {
      principal: perSecond(settings.requestsPerSecondPerPrincipal),
      source: perSecond(settings.requestsPerSecondPerSource),
      stranger: perSecond(settings.strangersRequestsPerSecondPerSource),
      cost: perSecond(settings.costPerSecondPerPrincipal),
      strangerCost: perSecond(settings.strangersCostPerSecondPerSource),
      logInSource: perMinute(settings.logInsPerMinutePerSource),
      logInUser: perMinute(settings.logInsPerMinutePerUser),
    };
    this.#logIns = new LogInAttempts(settings.logInWaitMaxMs);
    this.#concurrency = {
      principal: new Concurrency(settings.concurrentRequestsPerPrincipal),
      source: new Concurrency(settings.concurrentRequestsPerSource),
      all: new Concurrency(settings.concurrentRequests),
      principalStreams: new Concurrency(settings.streamsPerPrincipal),
      streams: new Concurrency(settings.streams),
    };
  }

  /**
   * Lets a request in by where it comes from, before anything of it is read. `leave` is called when it has ended.
   * @throws RATE_LIMITED.
   */
  admitSource(source: string, leave: Leave): void {
    this.#take('source', source);
    leave(this.#concurrency.source.enter(source));
    leave(this.#concurrency.all.enter(''));
  }

  /** The same by who sends it. */
  admitPrincipal(id: string, leave: Leave): void {
    this.#take('principal', id);
    leave(this.#concurrency.principal.enter(id));
  }

  /** The same for one without a credential, by where it comes from. @throws RATE_LIMITED. */
  admitStranger(source: string): void {
    this.#take('stranger', source);
  }

  /** Charges an operation to who runs it, or without a credential to where it comes from. @throws RATE_LIMITED. */
  charge(principalId: string | null, source: string, cost: number): void {
    if (principalId === null) this.#take('strangerCost', source, cost);
    else this.#take('cost', principalId, cost);
  }

  /** Lets a request become a stream, which stays among the requests too. @throws RATE_LIMITED. */
  admitStream(principalId: string, leave: Leave): void {
    leave(this.#concurrency.principalStreams.enter(principalId));
    leave(this.#concurrency.streams.enter(''));
  }

  /**
   * Counts a password that is about to be checked, whether there is such a user or not. What is tried from everywhere
   * keeps nobody out who logged in from this source before. @throws RATE_LIMITED.
   */
  attemptLogIn(source: string, user: string): LogInAttempt {
    this.#take('logInSource', source);
    if (!this.#logIns.isKnown(source, user)) this.#take('logInUser', user);
    const seconds = this.#logIns.begin(source, user, this.#clock.now());
    if (seconds > 0) throw rateLimited('Too many wrong passwords; try again later.', seconds);
    return { succeeded: () => this.#logIns.succeeded(source, user) };
  }

  #take(rate: RateName, key: string, amount = 1): void {
    const seconds = this.#rates[rate].take(key, this.#clock.now(), amount);
    if (seconds > 0) throw rateLimited('Too many requests; try again later.', seconds);
  }
}

/** How many requests of each key are under way. */
class Concurrency {
  readonly #max: number;
  readonly #counts = new Map<string, number>();

  constructor(max: number) {
    this.#max = max;
  }

  enter(key: string): () => void {
    const count = this.#counts.get(key) ?? 0;
    if (this.#max > 0 && count >= this.#max) throw rateLimited('Too many requests at once.', BUSY_RETRY_SECONDS);
    this.#counts.set(key, count + 1);
    return () => {
      const left = (this.#counts.get(key) ?? 1) - 1;
      if (left > 0) this.#counts.set(key, left);
      else this.#counts.delete(key);
    };
  }
}

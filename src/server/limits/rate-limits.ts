import type { LogInAttempt } from '../../authority/index.js';
import type { Clock } from '../../platform/clock.js';
import { rateLimited } from '../../platform/errors.js';
import { TokenBuckets } from '../../platform/token-buckets.js';
import { Concurrency, SharedSlots } from './concurrency.js';
import { LogInAttempts } from './log-in-attempts.js';
import type { Pace } from './pace.js';
import type { Leave } from './request-end.js';

/** What one replica allows; 0 is no limit. */
export interface LimitSettings {
  readonly requestsPerSecondPerPrincipal: number;
  readonly requestsPerSecondPerSource: number;
  /** Requests without a credential. */
  readonly strangersRequestsPerSecondPerSource: number;
  /** Cost of operations, in microseconds of CPU (`prices.ts`). */
  readonly costPerSecondPerPrincipal: number;
  readonly strangersCostPerSecondPerSource: number;
  readonly concurrentRequestsPerPrincipal: number;
  readonly concurrentRequestsPerSource: number;
  /** Strangers, callers that are not authenticated, get an eighth of them. */
  readonly concurrentRequests: number;
  /** Credentials that are looked up at a time, not counting those that were valid recently. */
  readonly lookUps: number;
  /** Bytes of all arriving bodies; strangers' bodies get an eighth of them. */
  readonly arrivingBytes: number;
  /** How long a body may take to arrive, or an answer to be read, whatever its size. */
  readonly transferPatienceMs: number;
  /** Bodies of known callers, and answers, get one more second for each such number of bytes. */
  readonly transferBytesPerSecond: number;
  /** Open connections, with or without a request. */
  readonly connections: number;
  readonly streamsPerPrincipal: number;
  readonly streams: number;
  readonly logInsPerMinutePerSource: number;
  readonly logInsPerMinutePerUser: number;
  /** How long a name waits at most after wrong passwords from one address. */
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
  lookUps: 0,
  arrivingBytes: 0,
  transferPatienceMs: 0,
  transferBytesPerSecond: 0,
  connections: 0,
  streamsPerPrincipal: 0,
  streams: 0,
  logInsPerMinutePerSource: 0,
  logInsPerMinutePerUser: 0,
  logInWaitMaxMs: 0,
};

/** A client that was quiet may send this many seconds' worth of requests at once. */
const BURST_SECONDS = 5;
/** Strangers get one part in this many of what all callers share. */
const STRANGERS_PART = 8;

/** Who sends a request; without a principal it is a stranger, known only by its address. */
export interface Caller {
  readonly clientAddress: string;
  readonly principal: string | null;
}

/** The strangers' part of a limit; without a limit they have none. */
export const strangersOf = (limit: number) => Math.ceil(limit / STRANGERS_PART);

type ConcurrencyName = 'principal' | 'source';
type RateName = 'principal' | 'source' | 'stranger' | 'cost' | 'strangerCost' | 'logInSource' | 'logInUser';

const perSecond = (rate: number) => new TokenBuckets({ perSecond: rate, burst: rate * BURST_SECONDS });
/** Few expensive operations may come at once: others wait as long as those take. */
const cost = (rate: number) => new TokenBuckets({ perSecond: rate, burst: rate });
const perMinute = (rate: number) => new TokenBuckets({ perSecond: rate / 60, burst: rate });

/** Decides in memory, for this replica only, who sends too much. Nothing waits: requests over a limit are refused. */
export class RequestLimits {
  readonly settings: LimitSettings;
  readonly #clock: Clock;
  readonly #rates: Readonly<Record<RateName, TokenBuckets>>;
  readonly #concurrency: Readonly<Record<ConcurrencyName, Concurrency>>;
  readonly #strangers: SharedSlots;
  readonly #all: SharedSlots;
  readonly #logIns: LogInAttempts;

  constructor(settings: LimitSettings, clock: Clock) {
    this.settings = settings;
    this.#clock = clock;
    this.#rates = {
      principal: perSecond(settings.requestsPerSecondPerPrincipal),
      source: perSecond(settings.requestsPerSecondPerSource),
      stranger: perSecond(settings.strangersRequestsPerSecondPerSource),
      cost: cost(settings.costPerSecondPerPrincipal),
      strangerCost: cost(settings.strangersCostPerSecondPerSource),
      logInSource: perMinute(settings.logInsPerMinutePerSource),
      logInUser: perMinute(settings.logInsPerMinutePerUser),
    };
    this.#logIns = new LogInAttempts(settings.logInWaitMaxMs);
    this.#concurrency = {
      principal: new Concurrency(settings.concurrentRequestsPerPrincipal),
      source: new Concurrency(settings.concurrentRequestsPerSource),
    };
    this.#strangers = new SharedSlots(strangersOf(settings.concurrentRequests));
    this.#all = new SharedSlots(settings.concurrentRequests);
  }

  get pace(): Pace {
    return { patienceMs: this.settings.transferPatienceMs, bytesPerSecond: this.settings.transferBytesPerSecond };
  }

  /** Running requests. */
  get load() {
    return { strangers: this.#strangers.size, known: this.#all.size - this.#strangers.size };
  }

  /** Counts a request by its client address, before anything of it is read. @throws RATE_LIMITED. */
  admitAddress(clientAddress: string): void {
    this.#take('source', clientAddress);
  }

  /** The same by principal. */
  admitPrincipal(id: string): void {
    this.#take('principal', id);
  }

  /**
   * Lets a request run, once its body is there; `leave` takes what frees its slots at its end. Strangers cannot take
   * the slots that are left for authenticated callers, and no single caller of either kind can take all.
   * @throws RATE_LIMITED.
   */
  run({ clientAddress, principal }: Caller, leave: Leave): void {
    leave(this.#concurrency.source.enter(clientAddress));
    leave(principal === null ? this.#strangers.enter(clientAddress) : this.#concurrency.principal.enter(principal));
    leave(this.#all.enter(principal ?? clientAddress));
  }

  /** The same for a request without a credential, by client address. @throws RATE_LIMITED. */
  admitStranger(clientAddress: string): void {
    this.#take('stranger', clientAddress);
  }

  /** Charges an operation to its principal, or without one to the client address. @throws RATE_LIMITED. */
  charge(principalId: string | null, clientAddress: string, cost: number): void {
    if (principalId === null) this.#take('strangerCost', clientAddress, cost);
    else this.#take('cost', principalId, cost);
  }

  /**
   * Counts a password before its check, whether there is such a user or not. Attempts from elsewhere keep out nobody
   * who logged in from this address before. @throws RATE_LIMITED.
   */
  attemptLogIn(clientAddress: string, user: string): LogInAttempt {
    this.#take('logInSource', clientAddress);
    const isKnown = this.#logIns.isKnown(clientAddress, user);
    if (!isKnown) this.#take('logInUser', user);
    const seconds = this.#logIns.begin(clientAddress, user, this.#clock.now());
    if (seconds > 0) throw rateLimited('Too many wrong passwords; try again later.', seconds);
    return { clientAddress, isKnown, succeeded: () => this.#logIns.succeeded(clientAddress, user) };
  }

  #take(rate: RateName, key: string, amount = 1): void {
    const seconds = this.#rates[rate].take(key, this.#clock.now(), amount);
    if (seconds > 0) throw rateLimited('Too many requests; try again later.', seconds);
  }
}

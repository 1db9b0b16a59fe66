import { setTimeout as delay } from 'node:timers/promises';
import type { Connections } from './connections.js';
import type { HttpServer } from './listener.js';

/** For how long no connection may come before the server stops accepting, and how long it waits for that. */
const QUIET_MS = 200;
const QUIET_WAIT_MAX_MS = 2000;
/** The same wait while requests are held back. */
const HOLD_MAX_MS = 10_000;

export interface StopTimes {
  /** From readiness failing until connections are refused, so that load balancers see it. */
  readonly drainDelayMs: number;
  /** After that, for running requests. */
  readonly timeoutMs: number;
}

/** Stops serving without cutting off a request that was sent in good faith. */
export class Stopping {
  readonly #http: HttpServer;
  readonly #connections: Connections;
  #isStopping = false;

  constructor(http: HttpServer, connections: Connections) {
    this.#http = http;
    this.#connections = connections;
  }

  get isStopping(): boolean {
    return this.#isStopping;
  }

  /**
   * Readiness fails and every answer says `Connection: close`; then no more connections are accepted, streams end,
   * running requests finish, and idle connections end after the time in which their clients may use them.
   */
  async stop({ drainDelayMs, timeoutMs }: StopTimes, endStreams: () => void): Promise<void> {
    this.#isStopping = true;
    this.#connections.sayClose();
    await delay(drainDelayMs);
    endStreams();
    const waitMaxMs = Math.min(QUIET_WAIT_MAX_MS, timeoutMs);
    await this.#connections.stopAccepting(QUIET_MS, waitMaxMs, Math.min(HOLD_MAX_MS, timeoutMs));
    await this.#connections.ended(this.#http.keepAliveTimeout, timeoutMs);
  }
}

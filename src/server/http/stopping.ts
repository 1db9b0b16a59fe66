import { setTimeout as delay } from 'node:timers/promises';
import type { Connections } from './connections.js';
import type { HttpServer } from './listener.js';

/** No connection may have come for so long before no more are accepted, and how long is waited for that. */
const QUIET_MS = 200;
const QUIET_WAIT_MAX_MS = 2000;
/** The same where requests are held back meanwhile. */
const HOLD_MAX_MS = 10_000;

export interface StopTimes {
  /** From readiness saying no until connections are refused: for balancers to look. */
  readonly drainDelayMs: number;
  /** From then on, for what is under way. */
  readonly timeoutMs: number;
}

/** Ends the serving of requests without cutting off one that was sent in good faith. */
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
   * Readiness says no and every answer says `Connection: close`; then connections are accepted no more, streams end, what
   * is under way finishes, and idle connections are ended when their clients were told not to use them any longer.
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

import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Refusal, rateLimited, requestTimeout } from '../../platform/errors.js';
import { FairPool } from '../limits/fair-pool.js';
import { type Pace, pacing } from '../limits/pace.js';
import { type Caller, type RequestLimits, strangersOf } from '../limits/rate-limits.js';
import type { Leave } from '../limits/request-end.js';
import type { CutReason } from '../metrics/metrics.js';

/** When to retry after too many bodies were arriving at once. */
const RETRY_SECONDS = 1;

/** A body that is arriving. */
interface Arrival {
  readonly key: string;
  /** How much of it is in memory. */
  bytes: number;
  readonly cut: (reason: Refusal) => void;
}

/** The arriving bodies of one kind of caller. */
class Pool {
  readonly #bytesMax: number;
  readonly #members: FairPool<Arrival>;
  readonly #all = new Set<Arrival>();
  #bytes = 0;

  constructor(max: number, bytesMax: number) {
    this.#members = new FairPool(max);
    this.#bytesMax = bytesMax;
  }

  get size(): number {
    return this.#all.size;
  }

  add(arrival: Arrival): void {
    this.#all.add(arrival);
    const out = this.#members.add(arrival.key, arrival);
    if (out) this.#cut(out);
  }

  delete(arrival: Arrival): void {
    this.#members.delete(arrival.key, arrival);
    if (this.#all.delete(arrival)) this.#bytes -= arrival.bytes;
  }

  grow(arrival: Arrival, bytes: number): void {
    if (!this.#all.has(arrival)) return;
    arrival.bytes += bytes;
    this.#bytes += bytes;
    while (this.#bytesMax > 0 && this.#bytes > this.#bytesMax) this.#cut(this.#oldestOfHeaviest(arrival));
  }

  #cut(arrival: Arrival): void {
    this.delete(arrival);
    arrival.cut(rateLimited('Too many requests are arriving at once; this one was dropped.', RETRY_SECONDS));
  }

  /** Looks at all arrivals; when they are large, there are few. */
  #oldestOfHeaviest(fallback: Arrival): Arrival {
    const weights = new Map<string, number>();
    for (const { key, bytes } of this.#all) weights.set(key, (weights.get(key) ?? 0) + bytes);
    const most = Math.max(...weights.values());
    for (const arrival of this.#all) if (arrival.bytes > 0 && weights.get(arrival.key) === most) return arrival;
    return fallback;
  }
}

const arrivals = new WeakMap<IncomingMessage, (bytes: number) => void>();

/** Counts a piece of a body that stays in memory. */
export const received = (request: IncomingMessage, bytes: number): void => arrivals.get(request)?.(bytes);

/**
 * Requests whose bodies are arriving. They hold no slot for running requests. Strangers have a small pool of their own
 * and little time; known callers may take longer for a large body, as long as it keeps coming. When a pool is full, the
 * caller that holds most of it loses the body that has been arriving longest.
 */
export class Arrivals {
  readonly #strangers: Pool;
  readonly #known: Pool;
  readonly #pace: Pace;
  readonly #noteCut: (reason: CutReason) => void;

  constructor({ settings, pace }: RequestLimits, noteCut: (reason: CutReason) => void) {
    this.#noteCut = noteCut;
    const { concurrentRequests, arrivingBytes } = settings;
    this.#strangers = new Pool(strangersOf(concurrentRequests), strangersOf(arrivingBytes));
    this.#known = new Pool(concurrentRequests, arrivingBytes);
    this.#pace = pace;
  }

  get load() {
    return { strangers: this.#strangers.size, known: this.#known.size };
  }

  /**
   * Lets a request's body arrive, if it has one.
   * @param refuse Answers the request and closes its connection.
   */
  expect(
    request: IncomingMessage,
    response: ServerResponse,
    { clientAddress, principal }: Caller,
    leave: Leave,
    refuse: (reason: Refusal) => void,
  ): void {
    if (!hasBody(request) || request.complete) return;
    const pool = principal === null ? this.#strangers : this.#known;
    const { socket } = request;
    const before = socket.bytesRead;
    const came = () => (principal === null ? 0 : socket.bytesRead - before);
    const stop = pacing(this.#pace, came, () => {
      leaveOnce();
      this.#noteCut('body_late');
      refuse(requestTimeout('The body did not arrive in time.'));
    });
    const arrival: Arrival = {
      key: principal ?? clientAddress,
      bytes: 0,
      cut: (reason) => {
        stop();
        this.#noteCut('bodies_full');
        refuse(reason);
      },
    };
    const leaveOnce = () => {
      stop();
      pool.delete(arrival);
    };
    arrivals.set(request, (bytes) => pool.grow(arrival, bytes));
    pool.add(arrival);
    request.once('end', leaveOnce);
    leave(leaveOnce);
    if (/^100-continue$/i.test(request.headers.expect ?? '') && !response.headersSent) response.writeContinue();
  }
}

const hasBody = ({ headers }: IncomingMessage) =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

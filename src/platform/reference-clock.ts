import { type Clock, describeSkew, isSkewed } from './clock.js';
import type { Logger } from './log.js';

/** A machine's clocks, in milliseconds. */
export interface MachineClocks {
  /** Runs evenly from some moment on, whatever happens to the time of day. */
  readonly steady: () => number;
  /** The time of day, which people and programs can set. */
  readonly day: () => number;
}

const MACHINE: MachineClocks = { steady: () => performance.now(), day: () => Date.now() };

export interface ReferenceClockOptions {
  /** Reads the time of the reference, in milliseconds of the epoch. */
  readonly ask: () => Promise<number>;
  /**
   * Prepares what a time needs before the clock shows it: called at the start, and with each measurement, so before a
   * jump too. Never rejects.
   */
  readonly before?: (time: Date) => Promise<void>;
  readonly log: Logger;
  readonly machine?: MachineClocks;
}

const MEASURE_EVERY_MS = 5000;
/** Several at the start: the first waits for a connection, and each narrows what the one before left uncertain. */
const MEASURED_AT_START = 3;
/** The reference may return whole milliseconds, cut off. */
const RESOLUTION_MS = 1;
/** A smaller correction is no jump: the clock then stands still for a while instead of going back. */
const JUMP_MS = 1000;

/**
 * Shows the time of a reference, by this machine's steady clock and its distance from the reference at the last
 * measurement. So a jump of this machine's time of day changes nothing, a jump of the reference is followed at the next
 * measurement, and while the reference is unreachable the time goes on.
 */
export class ReferenceClock implements Clock {
  readonly #options: ReferenceClockOptions;
  readonly #machine: MachineClocks;
  /** What to add to the steady clock; null before the first measurement. */
  #offset: number | null = null;
  #last = Number.NEGATIVE_INFINITY;
  /** The time of day minus the steady clock: changes when the time of day is set, or when the machine slept. */
  #apart: number;
  /** The skew that was last logged. */
  #told = 0;
  #timer: NodeJS.Timeout | undefined;
  #measuring: Promise<void> | null = null;
  #isStopped = false;

  constructor(options: ReferenceClockOptions) {
    this.#options = options;
    this.#machine = options.machine ?? MACHINE;
    this.#apart = this.#machine.day() - this.#machine.steady();
  }

  /** Measures now, and again and again from then on. @throws what `ask` rejects with. */
  async start(): Promise<void> {
    for (let count = 0; count < MEASURED_AT_START; count++) await this.#follow();
    this.#tellSkew();
    this.#wait();
  }

  now(): Date {
    if (this.#offset === null) throw new Error('The clock was not started.');
    this.#noticeJump();
    const now = Math.floor(this.#machine.steady() + this.#offset);
    if (now >= this.#last || this.#last - now >= JUMP_MS) this.#last = now;
    return new Date(this.#last);
  }

  skewMs(): number {
    return this.#machine.day() - this.now().getTime();
  }

  /** Asks the reference, follows it, and logs a skew. @throws what `ask` rejects with. */
  async measure(): Promise<void> {
    await this.#follow();
    this.#tellSkew();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#measuring;
  }

  /** The answer was right at some moment between request and response, however long that took. */
  async #follow(): Promise<void> {
    const { steady } = this.#machine;
    const sent = steady();
    const told = await this.#options.ask();
    const received = steady();
    const least = told - received;
    const most = told + RESOLUTION_MS - sent;
    const offset = this.#offset === null ? (least + most) / 2 : Math.min(most, Math.max(least, this.#offset));
    const jump = this.#offset === null ? 0 : offset - this.#offset;
    await this.#options.before?.(new Date(steady() + offset));
    this.#offset = offset;
    if (Math.abs(jump) >= JUMP_MS)
      this.#options.log.warn({ seconds: jump / 1000 }, 'the time of the database jumped; this process follows it');
  }

  /** Whatever jumped, the reference knows the time. */
  #noticeJump(): void {
    const apart = this.#machine.day() - this.#machine.steady();
    if (Math.abs(apart - this.#apart) < JUMP_MS) return;
    this.#apart = apart;
    this.#measureSoon();
  }

  #wait(): void {
    clearTimeout(this.#timer);
    if (!this.#isStopped) this.#timer = setTimeout(() => this.#measureSoon(), MEASURE_EVERY_MS).unref();
  }

  #measureSoon(): void {
    if (this.#isStopped) return;
    this.#measuring ??= this.measure()
      // While the database is away, the time goes on by the last measurement.
      .catch(() => {})
      .then(() => {
        this.#measuring = null;
        this.#wait();
      });
  }

  /** Logs each change once. The larger the skew, the larger a change must be, so a steadily growing one is no flood. */
  #tellSkew(): void {
    const { log } = this.#options;
    const skewMs = this.skewMs();
    const isFar = Math.abs(skewMs - this.#told) > Math.max(JUMP_MS, Math.abs(this.#told) / 2);
    if (isSkewed(skewMs) && isFar) {
      this.#told = skewMs;
      log.warn({ seconds: skewMs / 1000 }, `this machine's clock is ${describeSkew(skewMs)}`);
    } else if (this.#told !== 0 && Math.abs(skewMs) < JUMP_MS / 2) {
      this.#told = 0;
      log.info("this machine's clock agrees with the database's again");
    }
  }
}

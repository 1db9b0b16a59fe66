import { setTimeout as sleep } from 'node:timers/promises';
import { CliError } from '../../common/errors.js';

/** What an agent does besides attesting. */
export interface Duty {
  readonly name: string;
  /** Does it once, and returns after how many milliseconds to do it again. */
  run(): Promise<number>;
}

const RETRY_FIRST_MS = 1_000;
const RETRY_LONGEST_MS = 60_000;

interface Due {
  readonly duty: Duty;
  at: number;
  failures: number;
}

/** Does duties when they are due, one after the other: a TPM and a token are used by one at a time. */
export class Duties {
  readonly #all: readonly Due[];
  readonly #say: (line: string) => void;

  constructor(duties: readonly Duty[], say: (line: string) => void) {
    this.#all = duties.map((duty) => ({ duty, at: 0, failures: 0 }));
    this.#say = say;
  }

  /** Does what is due for so long; returns early when the signal aborts. By a clock that nobody sets. */
  async during(milliseconds: number, signal: AbortSignal): Promise<void> {
    const end = performance.now() + milliseconds;
    while (!signal.aborted) {
      const next = Math.min(end, ...this.#all.map(({ at }) => at));
      await pause(next - performance.now(), signal);
      if (signal.aborted || performance.now() >= end) return;
      for (const due of this.#all) if (!signal.aborted && due.at <= performance.now()) await this.#do(due);
    }
  }

  /** A duty that fails is tried again soon, and never ends the agent: attesting matters more. */
  async #do(due: Due): Promise<void> {
    const { duty } = due;
    try {
      due.at = (await duty.run()) + performance.now();
      due.failures = 0;
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      if (due.failures === 0) this.#say(`${duty.name}: ${error.message}`);
      due.failures += 1;
      due.at = performance.now() + Math.min(RETRY_LONGEST_MS, RETRY_FIRST_MS * 2 ** Math.min(due.failures - 1, 10));
    }
  }
}

/** Sleeps; returns early when the signal aborts. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (milliseconds > 0) await sleep(milliseconds, undefined, { signal }).catch(() => {});
}

import { setImmediate } from 'node:timers/promises';

/** After this much work in a row, requests come first. */
const SLICE_MS = 1;

/**
 * Lets a few run at a time, and the process do other work in between. Callers take turns; what waits for one caller
 * runs in sequence, while what was read for it is in memory.
 */
export class Turns {
  readonly #waiting = new Map<string, (() => Promise<void>)[]>();
  #free: number;

  constructor(atOnce: number) {
    this.#free = atOnce;
  }

  take<T>(caller: string, run: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const own = this.#waiting.get(caller) ?? [];
      own.push(() => run().then(resolve, reject));
      this.#waiting.set(caller, own);
      if (this.#free > 0) void this.#work();
    });
  }

  async #work(): Promise<void> {
    this.#free -= 1;
    // Those that come meanwhile, or again, come last.
    let began = performance.now();
    for (const [caller, own] of this.#waiting) {
      this.#waiting.delete(caller);
      for (const run of own) {
        await run();
        if (performance.now() - began < SLICE_MS) continue;
        await setImmediate();
        began = performance.now();
      }
    }
    this.#free += 1;
  }
}

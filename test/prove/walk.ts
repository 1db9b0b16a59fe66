import { setImmediate } from 'node:timers/promises';

/** `PROVE_SEED` repeats a run, `PROVE_SHARE` makes it smaller: 1 is the whole of it. */
export const SEED = Number(process.env.PROVE_SEED ?? Math.floor(Math.random() * 2 ** 31));
export const SHARE = Number(process.env.PROVE_SHARE ?? 1);
if (!Number.isSafeInteger(SEED)) throw new Error('PROVE_SEED is not an integer.');
if (!(SHARE > 0 && SHARE <= 1)) throw new Error('PROVE_SHARE is not above 0 and at most 1.');

/** Long stretches without a turn of the event loop would make the test runner believe that its worker is gone. */
const CASES_PER_TURN = 200;

/** Numbers that follow from a seed (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** From 0 to below `end`. */
  below(end: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * end);
  }

  chance(probability: number): boolean {
    return this.below(1_000_000) < probability * 1_000_000;
  }

  pick<T>(from: readonly T[]): T {
    if (from.length === 0) throw new RangeError('there is nothing to pick from');
    return from[this.below(from.length)] as T;
  }

  bytes(count: number): Buffer {
    return Buffer.from(Array.from({ length: count }, () => this.below(256)));
  }
}

/** Counts outcomes, and prints them with what repeats the run. */
export class Tally {
  readonly #name: string;
  readonly #counts = new Map<string, number>();

  constructor(name: string) {
    this.#name = name;
  }

  add(outcome: string): void {
    this.#counts.set(outcome, this.of(outcome) + 1);
  }

  of(outcome: string): number {
    return this.#counts.get(outcome) ?? 0;
  }

  print(total: number): void {
    const lines = [...this.#counts].sort(([, a], [, b]) => b - a).map(([name, count]) => `  ${count}\t${name}\n`);
    process.stdout.write(`${this.#name}: ${total} cases, PROVE_SEED=${SEED}\n${lines.join('')}`);
  }
}

/**
 * Runs a share of `whole` cases. Each has a seed of its own, so that one that fails can be run alone.
 * @returns how many cases there were.
 */
export async function walk(whole: number, run: (random: Random, index: number) => void | Promise<void>) {
  const total = Math.ceil(whole * SHARE);
  for (let index = 0; index < total; index += 1) {
    try {
      const running = run(new Random(SEED + Math.imul(index, 0x9e3779b1)), index);
      if (running) await running;
    } catch (error) {
      throw new Error(`case ${index} with PROVE_SEED=${SEED}: ${(error as Error).message}`, { cause: error });
    }
    if (index % CASES_PER_TURN === 0) await setImmediate();
  }
  return total;
}

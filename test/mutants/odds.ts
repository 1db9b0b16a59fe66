export interface Timed {
  readonly file: string;
  readonly ms: number;
}

/** Learns which tests notice the faults of a source file, so that those that probably do are the first to run. */
export class Odds {
  readonly #tries = new Map<string, { noticed: number; tried: number }>();

  /** By the chance of noticing a fault for the time that it takes; the quickest first as long as nothing is known. */
  ordered<T extends Timed>(source: string, tests: readonly T[]): T[] {
    const worth = ({ file, ms }: Timed) => {
      const { noticed, tried } = this.#of(source, file);
      return (noticed + 1) / (tried + 2) / ms;
    };
    return [...tests].sort((a, b) => worth(b) - worth(a));
  }

  /** @param tests In the order in which they ran; none runs behind one that failed. */
  learn(source: string, tests: readonly Timed[], failed: ReadonlySet<string>): void {
    for (const { file } of tests) {
      const { noticed, tried } = this.#of(source, file);
      const isNoticed = failed.has(file);
      this.#tries.set(`${source} ${file}`, { noticed: noticed + Number(isNoticed), tried: tried + 1 });
      if (isNoticed) return;
    }
  }

  #of(source: string, file: string) {
    return this.#tries.get(`${source} ${file}`) ?? { noticed: 0, tried: 0 };
  }
}

/** Those that come first, as many as together take no longer than so. */
export function within<T extends Timed>(tests: readonly T[], msMax: number): T[] {
  let wholeMs = 0;
  return tests.filter(({ ms }) => {
    wholeMs += ms;
    return wholeMs <= msMax;
  });
}

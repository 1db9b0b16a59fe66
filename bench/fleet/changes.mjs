// Work at a given rate, and how long changes take beside it.
import { AT_ONCE } from './machines.mjs';

const PAUSE_MS = 15;

/** Does work again and again, `AT_ONCE` at a time: as fast as possible, or so many a second; returns how often. */
export async function workers(work, { seconds = Number.POSITIVE_INFINITY, perSecond, isOver = () => false }) {
  const began = performance.now();
  let done = 0;
  const worker = async () => {
    while (performance.now() < began + seconds * 1000 && !isOver()) {
      const due = perSecond && began + (done * 1000) / perSecond;
      done += 1;
      if (due > performance.now()) await new Promise((resolve) => setTimeout(resolve, due - performance.now()));
      await work();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return done;
}

/**
 * Makes each change so often, one after another in turn, with a pause after each.
 * @param beside What goes on meanwhile, `AT_ONCE` at a time: `work`, and how often `perSecond`; nothing when absent.
 * @returns The milliseconds of each change, by its name.
 */
export async function timesBeside(changes, count, beside) {
  let isOver = false;
  const running = beside && workers(beside.work, { perSecond: beside.perSecond, isOver: () => isOver });
  const times = Object.fromEntries(Object.keys(changes).map((name) => [name, []]));
  try {
    for (let n = 0; n < count; n += 1)
      for (const [name, change] of Object.entries(changes)) {
        const began = performance.now();
        await change();
        times[name].push(performance.now() - began);
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
  } finally {
    isOver = true;
    await running;
  }
  return times;
}

/** The value that a share of all does not exceed. */
export const quantile = (all, share) => [...all].sort((a, b) => a - b)[Math.ceil(all.length * share) - 1];

import type { Sweep } from '../../authority/index.js';

const INTERVAL_MS = 10_000;

/** Writes down what this process counted for the candidate policies. Nothing is removed. */
export const candidateSweep: Sweep = {
  name: 'policy candidate',
  intervalMs: () => INTERVAL_MS,
  removeSome: async ({ db, inForce }) => {
    await inForce.flush(db);
    return 0;
  },
};

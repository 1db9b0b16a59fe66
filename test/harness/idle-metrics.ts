import { Metrics } from '../../src/server/metrics/metrics.js';

/** Metrics of a process that does nothing, for what only has to have some. */
export const idleMetrics = () =>
  new Metrics({
    database: {
      health: async () => null,
      use: () => ({ inUse: 0, waiting: 0, refused: 0 }),
      failures: () => 0,
      sent: () => 0,
    },
    skewMs: () => 0,
    gauges: [],
    memory: () => ({ inUse: 0, max: 0 }),
  });

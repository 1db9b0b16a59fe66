/**
 * The numbers under which transactions of all replicas take turns: the only list of them, since two uses of one number
 * would wait for each other. Replicas of neighbouring releases take the same ones.
 */
export const ADVISORY_LOCKS = {
  migrations: 4_102_020,
  /** Held from the events of a transaction to its commit. */
  events: 4_102_021,
  sealer: 4_102_022,
} as const;

/**
 * Keys of the advisory locks that transactions of all replicas share. This is the only list, since two uses of one key
 * would wait for each other. Replicas of neighbouring releases use the same keys.
 */
export const ADVISORY_LOCKS = {
  migrations: 4_102_020,
  /** Held while events get their positions, until that transaction commits. */
  events: 4_102_021,
  sealer: 4_102_022,
  /** Held while what the system itself owns is counted against a limit, until that transaction ends. */
  ofSystem: 4_102_023,
} as const;

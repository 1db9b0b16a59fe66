const FIRST_MS = 1_000;
const LONGEST_MS = 5 * 60_000;

/**
 * How long to wait after the `failures`-th failure in a row (from 1): twice as long each time, up to five minutes,
 * minus a random part of up to half, so that a fleet that lost its server does not return all at once.
 *
 * @param random a number from 0 to below 1.
 */
export function backoffMs(failures: number, random: number): number {
  const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 30));
  return longest * (1 - random / 2);
}

/** The wait until the next attestation: the difference of two server times, so a wrong local clock does not matter. */
export function intervalMs(receivedAt: string, nextAttestationAt: string | null): number {
  const interval = nextAttestationAt === null ? Number.NaN : Date.parse(nextAttestationAt) - Date.parse(receivedAt);
  return Number.isNaN(interval) ? LONGEST_MS : Math.min(Math.max(interval, FIRST_MS), 24 * 3_600_000);
}

/** The only source of the time, so that tests can control it. */
export interface Clock {
  now(): Date;
  /**
   * How far this machine's own time of day is ahead of `now`, in milliseconds; negative when behind. A clock that uses
   * the time of day has no skew.
   */
  skewMs?(): number;
}

export const systemClock: Clock = { now: () => new Date() };

/** A skew that is worth a message. */
const SKEW_TOLD_MS = 1000;

export const isSkewed = (skewMs: number): boolean => Math.abs(skewMs) > SKEW_TOLD_MS;

/** A skew for people: `300 s ahead of the database's`. */
export function describeSkew(skewMs: number): string {
  const seconds = Math.round(Math.abs(skewMs) / 100) / 10;
  return `${seconds} s ${skewMs < 0 ? 'behind' : 'ahead of'} the database's`;
}

import { describeSkew } from '../platform/clock.js';
import { Refusal } from '../platform/errors.js';
import type { Services } from './context.js';
import type { Settings } from './settings.js';

interface Clocked {
  readonly clock: Services['clock'];
  readonly settings: Pick<Settings, 'clockSkewMaxMs'>;
}

/**
 * Why this process writes nothing now: its machine's clock and the database's are so far apart that one of them is
 * wrong, and the process cannot know which. Usually null.
 */
export function clockFault({ clock, settings }: Clocked): Refusal | null {
  const skewMs = clock.skewMs?.() ?? 0;
  if (Math.abs(skewMs) <= settings.clockSkewMaxMs) return null;
  const bound = `more than the ${settings.clockSkewMaxMs / 1000} s that BAILIWICK_CLOCK_SKEW_MAX allows`;
  const message = `This replica's clock is ${describeSkew(skewMs)}, ${bound}: it writes nothing until the clocks agree.`;
  return new Refusal('UNAVAILABLE', message, { reason: 'CLOCK_SKEW' });
}

/** @throws Refusal UNAVAILABLE, with reason CLOCK_SKEW. */
export function requireSoundClock(clocked: Clocked): void {
  const fault = clockFault(clocked);
  if (fault) throw fault;
}

import type { ClockInfo } from '../tpm/index.js';
import type { Findings } from './findings.js';
import type { VerifierState } from './types.js';

type BootCounts = Pick<ClockInfo, 'resetCount' | 'restartCount'>;

/** Whether both are of one boot: the two counts together identify it (TPM 2.0 Part 1, section 36). */
export function isSameBoot(clock: BootCounts, previous: BootCounts): boolean {
  return clock.resetCount === previous.resetCount && clock.restartCount === previous.restartCount;
}

/**
 * Time moves forward: the reset count never falls, the restart count falls only when a reset clears it, and within one
 * boot the clock does not go back. Otherwise the TPM was cleared or replaced, or somebody replays old evidence.
 */
export function checkClock(clock: ClockInfo, previous: VerifierState | null, findings: Findings): void {
  if (!clock.safe) findings.add('CLOCK_UNSAFE');
  if (previous === null) return;
  const isOlderBoot =
    clock.resetCount < previous.resetCount ||
    (clock.resetCount === previous.resetCount && clock.restartCount < previous.restartCount);
  if (isOlderBoot) {
    const expected = [`${previous.resetCount}.${previous.restartCount}`];
    findings.add('BOOT_COUNT_WENT_BACK', '', { expected, got: `${clock.resetCount}.${clock.restartCount}` });
  } else if (isSameBoot(clock, previous) && clock.clock < BigInt(previous.clock)) {
    findings.add('CLOCK_WENT_BACK', '', { expected: [previous.clock], got: String(clock.clock) });
  }
}

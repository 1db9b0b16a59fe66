import { setTimeout as delay } from 'node:timers/promises';
import type { Services, Sweep } from '../authority/index.js';
import { faultForLog } from '../db/errors.js';

/** Runs sweeps every interval. Stopping waits for what is being removed. */
export function startSweeper(services: Services, sweeps: readonly Sweep[]): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const ended = sweepUntil(stopping.signal, services, sweeps);
  return {
    stop: () => {
      stopping.abort();
      return ended;
    },
  };
}

async function sweepUntil(signal: AbortSignal, services: Services, sweeps: readonly Sweep[]): Promise<void> {
  const options = { signal, ref: false };
  while (!signal.aborted) {
    // Being stopped ends the wait early, which is not a failure.
    await delay(services.settings.sweepIntervalMs, undefined, options).catch(() => {});
    for (const sweep of sweeps) await sweepAll(signal, services, sweep);
  }
}

async function sweepAll(signal: AbortSignal, services: Services, { name, removeSome }: Sweep): Promise<void> {
  let removed = 0;
  try {
    for (let some = 1; some > 0 && !signal.aborted; removed += some) some = await removeSome(services);
    if (removed > 0) services.log.info({ sweep: name, removed }, 'swept');
  } catch (error) {
    // The next round tries again.
    services.log.error({ sweep: name, err: faultForLog(error) }, 'a sweep failed');
  }
}

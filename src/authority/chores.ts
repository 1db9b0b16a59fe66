import { setTimeout as delay } from 'node:timers/promises';
import { faultForLog } from '../db/errors.js';
import { clockFault, type Services, type Sweep } from './index.js';

/** Runs sweeps every interval, those with an interval of their own apart. Stopping waits for what is being removed. */
export function startChores(services: Services, sweeps: readonly Sweep[]): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const { settings } = services;
  const together = sweeps.filter(({ intervalMs }) => intervalMs === undefined);
  const loops = [sweepUntil(stopping.signal, services, together, settings.sweepIntervalMs)];
  for (const sweep of sweeps) {
    const ms = sweep.intervalMs?.(settings);
    if (ms !== undefined) loops.push(sweepUntil(stopping.signal, services, [sweep], ms));
  }
  return {
    stop: async () => {
      stopping.abort();
      await Promise.all(loops);
    },
  };
}

async function sweepUntil(
  signal: AbortSignal,
  services: Services,
  sweeps: readonly Sweep[],
  intervalMs: number,
): Promise<void> {
  const options = { signal, ref: false };
  while (!signal.aborted) {
    // Being stopped ends the wait early, which is not a failure.
    await delay(intervalMs, undefined, options).catch(() => {});
    // What a wrong clock calls past would be gone for good.
    if (clockFault(services)) continue;
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

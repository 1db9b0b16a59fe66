import { setTimeout as delay } from 'node:timers/promises';
import { faultForLog } from '../db/errors.js';
import { clockFault } from './clock-skew.js';
import type { Services } from './context.js';
import type { Chore, Running, Sweep, SweepRound } from './manifest.js';

/** Sweeps run one after another in this order: rows that refer to an object are removed before it. */
export interface ChoresOf {
  readonly sweeps: readonly Sweep[];
  readonly chores: readonly Chore[];
}

/** Runs each chore at its own interval, and all sweeps at theirs. Stopping waits for running work. */
export function startChores(services: Services, { sweeps, chores }: ChoresOf): Running {
  const stopping = new AbortController();
  const { signal } = stopping;
  const { settings } = services;
  const loops = [
    untilStopped(signal, services, settings.sweepIntervalMs, async () => {
      for (const sweep of sweeps) await sweepAll(signal, services, sweep);
    }),
    ...chores.map((chore) =>
      untilStopped(signal, services, chore.intervalMs(settings), () => doAll(signal, services, chore)),
    ),
  ];
  return {
    stop: async () => {
      stopping.abort();
      await Promise.all(loops);
    },
  };
}

async function untilStopped(
  signal: AbortSignal,
  services: Services,
  intervalMs: number,
  run: () => Promise<void>,
): Promise<void> {
  const options = { signal, ref: false };
  while (!signal.aborted) {
    // A stop ends the wait early, which is not a failure.
    await delay(intervalMs, undefined, options).catch(() => {});
    // A wrong clock would make the sweeps remove rows too early, for good.
    if (!clockFault(services)) await run();
  }
}

async function sweepAll(signal: AbortSignal, services: Services, { name, removeSome }: Sweep): Promise<void> {
  try {
    const round: SweepRound = {};
    let removed = 0;
    do removed += await untilNone(signal, () => removeSome(services, round));
    while (round.after !== undefined && !signal.aborted);
    if (removed > 0) services.log.info({ sweep: name, removed }, 'swept');
  } catch (error) {
    // The next round tries again.
    services.log.error({ sweep: name, err: faultForLog(error) }, 'a sweep failed');
  }
}

async function doAll(signal: AbortSignal, services: Services, { name, doSome }: Chore): Promise<void> {
  try {
    const rows = await untilNone(signal, () => doSome(services));
    if (rows > 0) services.log.info({ chore: name, rows }, 'a chore was done');
  } catch (error) {
    services.log.error({ chore: name, err: faultForLog(error) }, 'a chore failed');
  }
}

async function untilNone(signal: AbortSignal, some: () => Promise<number>): Promise<number> {
  let all = 0;
  for (let count = 1; count > 0 && !signal.aborted; all += count) count = await some();
  return all;
}

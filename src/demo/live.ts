import { setTimeout as sleep } from 'node:timers/promises';
import { intervalMs } from '../cli/attestation/machine/backoff.js';
import { pause } from '../cli/attestation/machine/duties.js';
import { runForever } from '../cli/attestation/machine/loop.js';
import { CliError } from '../cli/common/errors.js';
import { INFECTION, type Story } from './fleet-cast.js';
import type { SimulatedMachine } from './machines/simulated.js';

/** How many intervals a restless machine is silent: longer than it is trusted. */
const RESTLESS_INTERVALS = 5;

type Live = (machine: SimulatedMachine, signal: AbortSignal) => Promise<void>;

const steady: Live = (machine, signal) => runForever(machine.agent, { say: () => {}, signal, duties: machine.duties });

/** What machines do while the demo runs, by their stories; those that are not here do nothing any more. */
const LIVES: Readonly<Partial<Record<Story, Live>>> = {
  steady,
  // Its agent does not know, and is refused.
  banned: steady,
  infected: async (machine, signal) => {
    await machine.measure(INFECTION);
    await steady(machine, signal);
  },
  restless: async (machine, signal) => {
    await machine.agent.open();
    while (!signal.aborted) await attestSeldom(machine, signal);
  },
};

async function attestSeldom({ agent, duties }: SimulatedMachine, signal: AbortSignal): Promise<void> {
  const { result, nextAttestationAt } = await agent.attest();
  for (const duty of duties) await duty.run();
  await pause(RESTLESS_INTERVALS * intervalMs(result.receivedAt, nextAttestationAt), signal);
}

/** How long a machine that cannot go on waits before it begins again. */
const AGAIN_MS = 60_000;

/**
 * Lives the story of a machine until the signal aborts. What people do to it, such as deleting its node, never ends the
 * demo.
 */
export async function live(machine: SimulatedMachine, story: Story, signal: AbortSignal): Promise<void> {
  const does = LIVES[story];
  while (does !== undefined && !signal.aborted) {
    try {
      await does(machine, signal);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof CliError)) throw error;
      await sleep(AGAIN_MS, undefined, { signal }).catch(() => {});
    }
  }
}

import { CliError, EXIT, isTransient } from '../../common/errors.js';
import { backoffMs, intervalMs } from './backoff.js';
import type { Submission } from './control-plane.js';
import { Duties, type Duty, pause } from './duties.js';
import type { MachineAgent } from './machine-agent.js';
import { describeResult } from './report.js';

export interface LoopOptions {
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
  /** What the agent does between attestations. */
  readonly duties?: readonly Duty[];
  /** Called after a failure, before the next attempt. */
  readonly afterFailure?: () => Promise<void>;
}

/** Enrolls if necessary, and attests whenever the server expects it, until the signal aborts. */
export async function runForever(agent: MachineAgent, options: LoopOptions): Promise<void> {
  const { say, signal } = options;
  const duties = new Duties(options.duties ?? [], say);
  await persist(() => agent.open(), isTransient, options);
  while (!signal.aborted) {
    // An operator may lift a ban or repair a server, so an enrolled agent only gives up on errors in its own
    // configuration.
    const submission = await persist(() => agent.attest(), isWorthRetrying, options);
    if (submission === null) return;
    for (const line of describeResult(submission.result)) say(line);
    const wait = intervalMs(submission.result.receivedAt, submission.nextAttestationAt);
    say(`next attestation in ${Math.round(wait / 1000)} s`);
    await duties.during(wait, signal);
  }
}

/** Enrolls if necessary, and attests once. */
export async function runOnce(agent: MachineAgent): Promise<Submission> {
  await agent.open();
  return agent.attest();
}

/** Tries until it works, with growing pauses; null when the signal aborted. */
async function persist<T>(
  act: () => Promise<T>,
  isRetryable: (error: unknown) => boolean,
  { say, signal, afterFailure }: LoopOptions,
): Promise<T | null> {
  for (let failures = 1; !signal.aborted; failures += 1) {
    try {
      return await act();
    } catch (error) {
      if (signal.aborted) return null;
      if (!(error instanceof CliError) || !isRetryable(error)) throw error;
      const wait = backoffMs(failures, Math.random());
      if (failures === 1 && error.hint !== undefined) say(`hint: ${error.hint}`);
      say(`${error.message}; trying again in ${Math.round(wait / 1000)} s`);
      await pause(wait, signal);
      if (!signal.aborted) await afterFailure?.();
    }
  }
  return null;
}

function isWorthRetrying(error: unknown): boolean {
  return error instanceof CliError && error.exitCode !== EXIT.usage;
}

import type { Command } from 'commander';
import { LeaveFleetDocument } from '../../generated/documents.js';
import { mutate } from '../common/client.js';
import { readEnvironment } from '../common/environment.js';
import { CliError, EXIT } from '../common/errors.js';
import { tell } from '../common/terminal.js';
import { verb } from '../common/verb.js';
import { openAgent } from './agent-join.js';
import { type MachineOptions, untilStopped, withMachine } from './machine-options.js';

export function registerAgentLeave(noun: Command): void {
  const leave = verb(
    noun,
    'leave',
    'leave the fleet: retire this machine’s agent for good, and forget its key and state',
    'bailiwick agent leave --state-dir /var/lib/bailiwick-agent',
  ).option('--reason <text>', 'why, for the audit log');
  withMachine(leave).action(async (_options: object, self: Command) =>
    start(self.optsWithGlobals<MachineOptions & { reason?: string }>()),
  );
}

async function start(options: MachineOptions & { readonly reason?: string }): Promise<void> {
  const signal = untilStopped();
  const { agent, state } = await openAgent(options, readEnvironment(), signal);
  const kept = await state.read();
  if (kept === null || !kept.isActivated) throw new CliError('this machine has not joined', EXIT.usage);
  await agent.open();
  const input = { agent: { id: kept.agentId }, reason: options.reason };
  await agent.authenticated((connection) => mutate(connection, LeaveFleetDocument, input));
  await state.forget();
  tell(`${kept.agentId} is retired, and its key and state are gone from ${state.path}`);
}

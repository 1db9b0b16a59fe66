import type { Command } from 'commander';
import { parseServer } from '../common/connection.js';
import { DEFAULT_SERVER, type Environment, readEnvironment } from '../common/environment.js';
import { CliError, EXIT } from '../common/errors.js';
import { readSecretFile } from '../common/secrets.js';
import { readAuthorities } from '../common/session.js';
import { type Format, isData, toData } from '../common/table.js';
import { print, tell } from '../common/terminal.js';
import { verb } from '../common/verb.js';
import { type MachineOptions, openMachine, untilStopped, withMachine } from './machine-options.js';

interface RunOptions extends MachineOptions {
  readonly server?: string;
  readonly caFile?: string;
  readonly output: Format;
  readonly tokenFile?: string;
  readonly once?: boolean;
}

export function registerAgentRun(noun: Command): void {
  const run = verb(
    noun,
    'run',
    'enroll this machine and attest for it',
    'bailiwick agent run --server https://bailiwick.example.org --token-file web-1.token',
  ).option('--token-file <file>', 'the enrollment token; needed only until the machine is enrolled');
  withMachine(run)
    .option('--once', 'attest once: exit 0 when accepted, 1 when rejected')
    .action(async (_options: object, self: Command) => start(self.optsWithGlobals<RunOptions>(), readEnvironment()));
}

async function start(options: RunOptions, environment: Environment): Promise<void> {
  const { MachineAgent } = await import('./machine/machine-agent.js');
  const { runForever, runOnce } = await import('./machine/loop.js');
  const { describeResult } = await import('./machine/report.js');
  const signal = untilStopped();
  const say = (line: string): void => tell(`${new Date().toISOString()} ${line}`);
  const agent = new MachineAgent({ ...(await assemble(options, environment, signal)), say, signal });
  if (options.once !== true) return runForever(agent, { say, signal });
  const submission = await runOnce(agent);
  const lines = isData(options.output) ? [toData(options.output, submission)] : describeResult(submission.result);
  for (const line of lines) print(line);
  if (submission.result.verdict !== 'ACCEPTED') throw new CliError('the evidence was rejected');
}

async function assemble(options: RunOptions, environment: Environment, signal: AbortSignal) {
  const { tokenFile } = options;
  const readEnrollmentToken = () => {
    if (tokenFile !== undefined) return readSecretFile(tokenFile);
    throw new CliError('this machine is not enrolled yet: give --token-file', EXIT.usage);
  };
  const server = parseServer(options.server ?? environment.server ?? DEFAULT_SERVER);
  const authorities = await readAuthorities(options.caFile ?? environment.caFile);
  return {
    ...(await openMachine(options, environment, signal)),
    server,
    reach: () => ({ server, authorities }),
    readEnrollmentToken,
  };
}

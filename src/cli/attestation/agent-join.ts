import type { Command } from 'commander';
import { type Connection, parseServer } from '../common/connection.js';
import { type Environment, readEnvironment } from '../common/environment.js';
import { CliError, EXIT } from '../common/errors.js';
import { parsePin } from '../common/pins.js';
import { readSecretFile } from '../common/secrets.js';
import { readAuthorities } from '../common/session.js';
import { type Format, isData, toData } from '../common/table.js';
import { print, tell } from '../common/terminal.js';
import { collect, verb } from '../common/verb.js';
import type { Given } from './machine/place.js';
import { type MachineOptions, openMachine, untilStopped, withMachine } from './machine-options.js';

interface JoinOptions extends MachineOptions {
  readonly server?: string;
  readonly caFile?: string;
  readonly caPin?: string[];
  readonly output?: Format;
  readonly tokenFile?: string;
  readonly once?: boolean;
}

const PINS_MAX = 8;

export function registerAgentJoin(noun: Command): void {
  const join = verb(
    noun,
    'join',
    'join the fleet with a join token: enroll this machine, report for its node and attest',
    'bailiwick agent join --server https://bailiwick.example.org --ca-file ca.pem --token-file join.token',
  )
    .option('--token-file <file>', 'the join token; needed only until the machine has joined')
    .option(
      '--ca-pin <pin>',
      'sha256: and the digest of the public key of the server or of its authority, instead of --ca-file; may be repeated',
      collect,
    );
  withMachine(join)
    .option('--once', 'join, report and attest once: exit 0 when accepted, 1 when rejected')
    .action(async (_options: object, self: Command) => start(self.optsWithGlobals<JoinOptions>(), readEnvironment()));
}

async function start(options: JoinOptions, environment: Environment): Promise<void> {
  const { runForever } = await import('./machine/loop.js');
  const { describeResult } = await import('./machine/report.js');
  const signal = untilStopped();
  const { agent, place, say } = await openAgent(options, environment, signal);
  const { joinedDuties } = await import('./machine/joined.js');
  const duties = joinedDuties(agent, place, say);
  const afterFailure = () => place.turn(signal).catch(() => {});
  if (options.once !== true) return runForever(agent, { say, signal, duties, afterFailure });
  await agent.open();
  const submission = await agent.attest();
  for (const duty of duties) await duty.run();
  const lines =
    options.output && isData(options.output) ? [toData(options.output, submission)] : describeResult(submission.result);
  for (const line of lines) print(line);
  if (submission.result.verdict !== 'ACCEPTED') throw new CliError('the evidence was rejected');
}

/** The agent of this machine, as its state and the options say. */
export async function openAgent(options: JoinOptions, environment: Environment, signal: AbortSignal) {
  const { MachineAgent } = await import('./machine/machine-agent.js');
  const { KeptPlace } = await import('./machine/place.js');
  const say = (line: string): void => tell(`${new Date().toISOString()} ${line}`);
  const machine = await openMachine(options, environment, signal);
  await machine.state.make();
  const place = await KeptPlace.open(machine.state.path, await givenBy(options, environment));
  const { tokenFile } = options;
  const agent = new MachineAgent({
    ...machine,
    server: place.server,
    reach: () => place.reach(),
    prepare: () => place.prepare(signal),
    readEnrollmentToken: async () => {
      if (tokenFile !== undefined) return readSecretFile(tokenFile);
      throw new CliError('this machine has not joined yet: give --token-file', EXIT.usage);
    },
    say,
    signal,
  });
  return { agent, place, say, state: machine.state };
}

/** How the operator says to reach the control plane; null when the command does not say it. */
async function givenBy(options: JoinOptions, environment: Environment): Promise<Given | null> {
  const named = options.server ?? environment.server;
  const caFile = options.caFile ?? environment.caFile;
  const pins = [...new Set((options.caPin ?? []).map(parsePin))].sort();
  if (named === undefined) {
    if (caFile === undefined && pins.length === 0) return null;
    throw new CliError('give --server with --ca-file or --ca-pin', EXIT.usage);
  }
  const server = parseServer(named);
  requireTrust(server, caFile, pins);
  return { server, pins, authorities: (await readAuthorities(caFile)) ?? null };
}

/** A machine sends its join token to the first who answers, so it must know by what to recognize the control plane. */
function requireTrust(server: Connection['server'], caFile: string | undefined, pins: readonly string[]): void {
  const refuse = (why: string) => {
    throw new CliError(why, EXIT.usage);
  };
  if (caFile !== undefined && pins.length > 0) refuse('give --ca-file or --ca-pin, not both');
  if (pins.length > PINS_MAX) refuse(`give at most ${PINS_MAX} pins`);
  if (server.startsWith('https:')) {
    if (caFile === undefined && pins.length === 0)
      refuse('give --ca-file or --ca-pin, by which to recognize the server');
    return;
  }
  if (pins.length > 0) refuse('a pin needs an https server');
  if (server.startsWith('http:') && !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(server).hostname))
    refuse('the server must be https: others on the way could read the join token');
}

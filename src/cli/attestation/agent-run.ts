import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { parseServer } from '../common/connection.js';
import { DEFAULT_SERVER, type Environment, readEnvironment } from '../common/environment.js';
import { CliError, EXIT } from '../common/errors.js';
import { readSecretFile } from '../common/secrets.js';
import { readAuthorities } from '../common/session.js';
import { type Format, isData, toData } from '../common/table.js';
import { print, tell } from '../common/terminal.js';
import { verb } from '../common/verb.js';
import type { KeyKind } from './machine/tpm2-tools.js';

interface RunOptions {
  readonly server?: string;
  readonly caFile?: string;
  readonly output: Format;
  readonly tokenFile?: string;
  readonly stateDir?: string;
  readonly tcti?: string;
  readonly key: KeyKind;
  readonly imaLog: string;
  readonly pcrBank: string;
  readonly once?: boolean;
}

const DEFAULT_TCTI = 'device:/dev/tpmrm0';
const DEFAULT_IMA_LOG = '/sys/kernel/security/ima/ascii_runtime_measurements';

export function registerAgentRun(noun: Command): void {
  verb(
    noun,
    'run',
    'enroll this machine and attest for it',
    'bailiwick agent run --server https://bailiwick.example.org --token-file web-1.token',
  )
    .option('--token-file <file>', 'the enrollment token; needed only until the machine is enrolled')
    .option('--state-dir <folder>', 'where the key and the state are kept (default: agent in the configuration folder)')
    .option('--tcti <tcti>', `how to reach the TPM (default: TPM2TOOLS_TCTI, or ${DEFAULT_TCTI})`)
    .addOption(new Option('--key <kind>', 'the kind of keys to make').choices(['rsa', 'ecc']).default('rsa'))
    .addOption(
      new Option('--pcr-bank <bank>', 'the PCR bank to quote')
        .choices(['sha1', 'sha256', 'sha384', 'sha512'])
        .default('sha256'),
    )
    .option('--ima-log <file>', "the kernel's list of measurements", DEFAULT_IMA_LOG)
    .option('--once', 'attest once: exit 0 when accepted, 1 when rejected')
    .action(async (_options: object, self: Command) => run(self.optsWithGlobals<RunOptions>(), readEnvironment()));
}

async function run(options: RunOptions, environment: Environment): Promise<void> {
  const { MachineAgent } = await import('./machine/machine-agent.js');
  const { runForever, runOnce } = await import('./machine/loop.js');
  const { describeResult } = await import('./machine/report.js');
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());
  const { signal } = stop;
  const say = (line: string): void => tell(`${new Date().toISOString()} ${line}`);
  const agent = new MachineAgent({ ...(await assemble(options, environment, signal)), say, signal });
  if (options.once !== true) return runForever(agent, { say, signal });
  const submission = await runOnce(agent);
  const lines = isData(options.output) ? [toData(options.output, submission)] : describeResult(submission.result);
  for (const line of lines) print(line);
  if (submission.result.verdict !== 'ACCEPTED') throw new CliError('the evidence was rejected');
}

async function assemble(options: RunOptions, environment: Environment, signal: AbortSignal) {
  const { StateDirectory } = await import('./machine/state.js');
  const { Tpm2Tools } = await import('./machine/tpm2-tools.js');
  const { tokenFile, key, imaLog, pcrBank } = options;
  const state = new StateDirectory(options.stateDir ?? join(environment.home, 'agent'));
  const tcti = options.tcti ?? environment.tcti ?? DEFAULT_TCTI;
  const readEnrollmentToken = () => {
    if (tokenFile !== undefined) return readSecretFile(tokenFile);
    throw new CliError('this machine is not enrolled yet: give --token-file', EXIT.usage);
  };
  return {
    server: parseServer(options.server ?? environment.server ?? DEFAULT_SERVER),
    authorities: await readAuthorities(options.caFile ?? environment.caFile),
    state,
    tpm: new Tpm2Tools({ tcti, keyKind: key, directory: state.path, searchPath: environment.searchPath, signal }),
    imaLog,
    bank: pcrBank,
    readEnrollmentToken,
  };
}

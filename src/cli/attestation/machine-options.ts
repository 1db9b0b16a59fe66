import { join } from 'node:path';
import { type Command, Option } from 'commander';
import type { Environment } from '../common/environment.js';
import type { KeyKind } from './machine/tpm2-tools.js';

/** Where a machine has what its agent needs. */
export interface MachineOptions {
  readonly stateDir?: string;
  readonly tcti?: string;
  readonly key: KeyKind;
  readonly imaLog: string;
  readonly pcrBank: string;
}

const DEFAULT_TCTI = 'device:/dev/tpmrm0';
const DEFAULT_IMA_LOG = '/sys/kernel/security/ima/ascii_runtime_measurements';

export function withMachine(command: Command): Command {
  return withStateDir(command)
    .option('--tcti <tcti>', `how to reach the TPM (default: TPM2TOOLS_TCTI, or ${DEFAULT_TCTI})`)
    .addOption(new Option('--key <kind>', 'the kind of keys to make').choices(['rsa', 'ecc']).default('rsa'))
    .addOption(
      new Option('--pcr-bank <bank>', 'the PCR bank to quote')
        .choices(['sha1', 'sha256', 'sha384', 'sha512'])
        .default('sha256'),
    )
    .option('--ima-log <file>', "the kernel's list of measurements", DEFAULT_IMA_LOG);
}

const withStateDir = (command: Command): Command =>
  command.option(
    '--state-dir <folder>',
    'where the key and the state are kept (default: agent in the configuration folder)',
  );

/** The folder of the state, and the TPM, both of this machine. */
export async function openMachine(options: MachineOptions, environment: Environment, signal: AbortSignal) {
  const { StateDirectory } = await import('./machine/state.js');
  const { Tpm2Tools } = await import('./machine/tpm2-tools.js');
  const { key, imaLog, pcrBank } = options;
  const state = new StateDirectory(options.stateDir ?? join(environment.home, 'agent'));
  const tcti = options.tcti ?? environment.tcti ?? DEFAULT_TCTI;
  const tpm = new Tpm2Tools({ tcti, keyKind: key, directory: state.path, searchPath: environment.searchPath, signal });
  return { state, tpm, imaLog, bank: pcrBank };
}

/** A signal that aborts when the process is asked to end. */
export function untilStopped(): AbortSignal {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());
  return stop.signal;
}

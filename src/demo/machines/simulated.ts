import { createHmac } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Duty } from '../../cli/attestation/machine/duties.js';
import type { Facts } from '../../cli/attestation/machine/facts.js';
import { facts, lease } from '../../cli/attestation/machine/joined.js';
import { MachineAgent } from '../../cli/attestation/machine/machine-agent.js';
import { StateDirectory } from '../../cli/attestation/machine/state.js';
import { CliError } from '../../cli/common/errors.js';
import { writePrivateFile } from '../../cli/common/files.js';
import { eccKey } from '../tpm/keys.js';
import { SoftwareTpm } from '../tpm/software-tpm.js';
import type { Measurement } from './ima-log.js';
import { SoftwareMachineTpm } from './machine-tpm.js';
import { MeasuredMachine } from './measured-machine.js';

export interface SimulatedOptions {
  readonly name: string;
  /** The folder of all machines. */
  readonly folder: string;
  /** What the keys of all machines come from. */
  readonly seed: string;
  readonly server: string;
  readonly files: readonly Measurement[];
  /** What it reports for its node; null when it is none. */
  readonly facts: Omit<Facts, 'bootedAt'> | null;
  readonly signal: AbortSignal;
}

/**
 * A machine with an agent, in this process: the real agent on a software TPM. Its keys come from the seed, so it is the
 * same machine after every start, which it takes as a reboot.
 */
export class SimulatedMachine {
  readonly name: string;
  readonly agent: MachineAgent;
  readonly duties: readonly Duty[];
  readonly #machine: MeasuredMachine;
  readonly #log: string;
  /** What lets it in; gone once it is used. */
  #token: string | null = null;

  private constructor(options: SimulatedOptions, machine: MeasuredMachine, folder: string) {
    const { name, server, signal } = options;
    this.name = name;
    this.#machine = machine;
    this.#log = join(folder, 'ima.log');
    this.agent = new MachineAgent({
      server,
      state: new StateDirectory(folder),
      tpm: new SoftwareMachineTpm(machine.tpm),
      imaLog: this.#log,
      bank: 'sha256',
      readEnrollmentToken: async () => this.#token ?? Promise.reject(new CliError(`${name} has not joined`)),
      say: () => {},
      signal,
    });
    const told = options.facts && { ...options.facts, bootedAt: new Date() };
    this.duties = told ? [lease(this.agent), facts(this.agent, async () => told)] : [];
  }

  /** Boots the machine: its firmware and its kernel measure what they start. */
  static async boot(options: SimulatedOptions): Promise<SimulatedMachine> {
    const folder = join(options.folder, options.name);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const scalar = (key: string) => createHmac('sha256', options.seed).update(`${options.name} ${key}`).digest();
    const tpm = new SoftwareTpm({ ek: eccKey(scalar('ek')), ak: eccKey(scalar('ak')) });
    tpm.resetCount = await countBoot(join(folder, 'boots'));
    const one = new SimulatedMachine(options, new MeasuredMachine(tpm).boot(), folder);
    await one.measure(...options.files);
    return one;
  }

  /** The kernel measures files that are run. */
  async measure(...files: readonly Measurement[]): Promise<void> {
    this.#machine.measure(...files);
    await writePrivateFile(this.#log, this.#machine.log());
  }

  /** Joins with a token of the operators. */
  async join(token: string): Promise<void> {
    this.#token = token;
    await this.agent.open();
    this.#token = null;
  }
}

/** Which boot this is, counted in a file. */
async function countBoot(file: string): Promise<number> {
  const boot = (existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0) + 1;
  await writePrivateFile(file, `${boot}\n`);
  return boot;
}

import { mkdir, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CliError, EXIT, messageOf } from '../../common/errors.js';
import { writePrivateFile } from '../../common/files.js';

/** A boot by the TPM's counts (TPM 2.0 Part 2, section 10.11.1). */
export interface Boot {
  readonly resetCount: number;
  readonly restartCount: number;
}

/** The state that an agent keeps between runs. */
export interface AgentState {
  readonly version: 1;
  readonly server: string;
  readonly agentId: string;
  /** Null when it must log in with a quote. */
  readonly token: string | null;
  /** Whether the enrollment is complete; then the TPM's key alone is enough for a log-in. */
  readonly isActivated: boolean;
  /** The boot of the last accepted evidence; the server's offset into the log is valid only in this boot. */
  readonly boot: Boot | null;
}

const FILE = 'agent.json';

/** The folder of one agent's state: its key, wrapped by the TPM, and its state file. Mode 0700. */
export class StateDirectory {
  readonly path: string;

  constructor(path: string) {
    this.path = resolve(path);
  }

  /** Creates the folder if it is missing. */
  async make(): Promise<void> {
    await mkdir(this.path, { recursive: true, mode: 0o700 });
  }

  /** Creates the folder if it is missing, and returns the stored state; null before the first enrollment. */
  async read(): Promise<AgentState | null> {
    try {
      await this.make();
      return parse(await readFile(join(this.path, FILE), 'utf8'));
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
      throw new CliError(`cannot use the state in ${this.path}: ${messageOf(error)}`, EXIT.usage);
    }
  }

  /** Removes the key and everything that is kept. */
  async forget(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }

  async write(state: AgentState): Promise<void> {
    await writePrivateFile(join(this.path, FILE), `${JSON.stringify(state, null, 2)}\n`);
  }
}

function parse(text: string): AgentState {
  const state: Partial<AgentState> | null = JSON.parse(text);
  const isOurs = state?.version === 1 && typeof state.agentId === 'string' && typeof state.isActivated === 'boolean';
  if (!isOurs) throw new Error(`${FILE} is not the state of an agent`);
  return state as AgentState;
}

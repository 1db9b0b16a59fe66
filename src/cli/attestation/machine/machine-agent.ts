import { isHashAlgorithm, type PcrSelection, parseQuote } from '../../../attestation/tpm/index.js';
import type { Connection } from '../../common/connection.js';
import { ApiError, CliError, EXIT, isTransient } from '../../common/errors.js';
import {
  activate,
  begin,
  type Evidence,
  enroll,
  logIn,
  requestLogIn,
  type Submission,
  submit,
} from './control-plane.js';
import { canTravelInline, entriesFrom, readImaLog } from './ima-log.js';
import type { AgentState, Boot, StateDirectory } from './state.js';
import { ToolError } from './tool.js';
import type { MachineTpm, TpmKeys, TpmQuote } from './tpm2-tools.js';

export interface MachineAgentOptions {
  /** The control plane that tokens belong to. */
  readonly server: string;
  /** How to reach it now, and whom to trust; at `server` by default. */
  readonly reach?: () => Pick<Connection, 'server' | 'authorities' | 'isPinned'>;
  /** What to do before the first request. */
  readonly prepare?: () => Promise<void>;
  readonly state: StateDirectory;
  readonly tpm: MachineTpm;
  /** Path of the kernel's `ascii_runtime_measurements`. */
  readonly imaLog: string;
  readonly bank: string;
  /** Called only while the agent is not enrolled. */
  readonly readEnrollmentToken: () => Promise<string>;
  /** Reports progress to people, one line per call. */
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

const MAX_SUBMISSIONS = 3;

/** After a rejection with one of these, the agent sends its log again from the beginning. */
const OUTDATED: ReadonlySet<string> = new Set([
  'CHALLENGE_EXPIRED',
  'CHALLENGE_OUTDATED',
  'IMA_REBOOTED',
  'IMA_OFFSET_UNEXPECTED',
]);

/** One machine's agent: it enrolls once, and then proves what the machine runs. */
export class MachineAgent {
  readonly #options: MachineAgentOptions;
  #state: AgentState | null = null;

  constructor(options: MachineAgentOptions) {
    this.#options = options;
  }

  /** Opens the TPM and continues from an earlier run; enrolls if no earlier run did. */
  async open(): Promise<void> {
    const { state, tpm, server, prepare, say } = this.#options;
    const kept = await state.read();
    await prepare?.();
    // A token belongs to the server that issued it; another server needs a new log-in.
    this.#state = kept !== null && kept.server !== server ? { ...kept, server, token: null } : kept;
    const keys = await tpm.open(this.#isEnrolled);
    if (this.#isEnrolled) say(`resuming as ${this.#state?.agentId}`);
    else await this.#enroll(keys);
  }

  /** Proves the machine's state once and returns the verdict. */
  async attest(): Promise<Submission> {
    const submission = await this.#prove(false);
    // Such a rejection is about the exchange, for example after another list was bound, and not about the machine.
    return submission.result.failures.some(({ code }) => OUTDATED.has(code)) ? this.#prove(true) : submission;
  }

  /** @param isWhole whether to send the log from its beginning, whatever the server requests. */
  async #prove(isWhole: boolean): Promise<Submission> {
    const { bank, say } = this.#options;
    const challenge = await this.authenticated((connection) => begin(connection, bank));
    const quote = await this.#quote(challenge.nonce, challenge.hashAlgorithms, challenge.pcrs);
    const boot = bootOf(quote);
    // Read the log after the quote, so that it contains at least what was quoted.
    const log = challenge.needsImaLog ? await this.#readLog(isWhole ? 0 : challenge.imaOffset, boot) : null;
    if (log !== null) say(`sending a quote and ${log.bytes.length} bytes of the IMA log from entry ${log.offset} on`);
    const submission = await this.#submit({ attestationId: challenge.attestationId, quote, log });
    if (submission.result.verdict === 'ACCEPTED') await this.#remember({ boot });
    return submission;
  }

  get #isEnrolled(): boolean {
    return this.#state?.isActivated === true;
  }

  async #enroll(keys: TpmKeys): Promise<void> {
    const { server, tpm, say, readEnrollmentToken } = this.#options;
    const known = this.#state?.agentId;
    const connection = this.#connection(null);
    const enrollmentToken = await readEnrollmentToken();
    try {
      say('enrolling with the keys of the TPM');
      const { agentId, credentialBlob, encryptedSecret } = await enroll(connection, enrollmentToken, keys);
      this.#state = { version: 1, server, agentId, token: null, isActivated: false, boot: null };
      await this.#remember({});
      const credential = {
        credentialBlob: Buffer.from(credentialBlob, 'base64'),
        encryptedSecret: Buffer.from(encryptedSecret, 'base64'),
      };
      const { token } = await activate(connection, enrollmentToken, await tpm.activateCredential(credential));
      await this.#remember({ token, isActivated: true });
      say(`enrolled as ${agentId}`);
    } catch (error) {
      // The token may be used up because the response to the activation was lost: then the TPM's key is enough.
      if (!isUnauthenticated(error) || known === undefined) throw error;
      await this.#logIn().catch(() => Promise.reject(error));
      await this.#remember({ isActivated: true });
    }
  }

  /** Calls with the token; if it is no longer valid, logs in and calls once more. */
  async authenticated<T>(call: (connection: Connection) => Promise<T>): Promise<T> {
    const token = this.#state?.token ?? null;
    try {
      if (token !== null) return await call(this.#connection(token));
    } catch (error) {
      // A log-in would be refused too, but without the reason.
      if (!isUnauthenticated(error) || isBanned(error)) throw error;
      this.#options.say('the token is no longer valid; logging in with a quote');
    }
    return call(this.#connection(await this.#logIn()));
  }

  async #logIn(): Promise<string> {
    const agentId = this.#state?.agentId;
    if (agentId === undefined) throw new CliError('not enrolled', EXIT.denied);
    const connection = this.#connection(null);
    const { nonce, hashAlgorithm, pcrs } = await requestLogIn(connection, agentId);
    const token = await logIn(connection, agentId, await this.#quote(nonce, [hashAlgorithm], pcrs));
    await this.#remember({ token });
    this.#options.say(`logged in as ${agentId}`);
    return token;
  }

  async #quote(nonce: string, banks: readonly string[], pcrs: readonly number[]): Promise<TpmQuote> {
    const { tpm, say } = this.#options;
    const bytes = Buffer.from(nonce, 'base64');
    const selections = banks.map((hash): PcrSelection => {
      if (isHashAlgorithm(hash)) return { hash, pcrs };
      throw new CliError(`the server asks for an unknown PCR bank ${hash}`);
    });
    try {
      return await tpm.quote(bytes, selections);
    } catch (error) {
      if (!(error instanceof ToolError)) throw error;
      // Loaded keys do not survive a restart of the TPM, and a PCR may change during a quote.
      say(`${error.message}; loading the keys again`);
      await tpm.open(this.#isEnrolled);
      return tpm.quote(bytes, selections);
    }
  }

  /** The log from the challenge's offset; the whole log after a reboot, or when it is shorter than the offset. */
  async #readLog(wanted: number, boot: Boot): Promise<Evidence['log']> {
    const whole = await readImaLog(this.#options.imaLog);
    const rest = isSameBoot(this.#state?.boot ?? null, boot) ? entriesFrom(whole, wanted) : null;
    const bytes = rest ?? whole;
    return { bytes, isInline: canTravelInline(bytes), offset: rest === null ? 0 : wanted };
  }

  /** The same evidence gets the same result again, so a lost response does no harm. */
  async #submit(evidence: Evidence): Promise<Submission> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.authenticated((connection) => submit(connection, evidence));
      } catch (error) {
        if (!isTransient(error) || attempt >= MAX_SUBMISSIONS || this.#options.signal.aborted) throw error;
      }
    }
  }

  async #remember(change: Partial<AgentState>): Promise<void> {
    if (this.#state === null) throw new CliError('not enrolled', EXIT.denied);
    this.#state = { ...this.#state, ...change };
    await this.#options.state.write(this.#state);
  }

  #connection(token: string | null): Connection {
    const { server, reach, signal } = this.#options;
    return { ...(reach?.() ?? { server }), signal, token: token ?? undefined };
  }
}

function bootOf({ message }: TpmQuote): Boot {
  const { resetCount, restartCount } = parseQuote(message).clockInfo;
  return { resetCount, restartCount };
}

function isSameBoot(a: Boot | null, b: Boot): boolean {
  return a !== null && a.resetCount === b.resetCount && a.restartCount === b.restartCount;
}

function isUnauthenticated(error: unknown): boolean {
  return error instanceof ApiError && error.code === 'UNAUTHENTICATED';
}

/** Banned or retired: the server gives this reason only for a token of the agent. */
function isBanned(error: unknown): boolean {
  return error instanceof ApiError && error.reason === 'AGENT_BANNED';
}

import { chmod, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Credential,
  encodeCredentialFile,
  encodePcrJson,
  type PcrSelection,
  parsePcrSerialized,
} from '../../../attestation/tpm/index.js';
import { CliError, EXIT } from '../../common/errors.js';
import { runTool, ToolError } from './tool.js';

export type KeyKind = 'rsa' | 'ecc';

export interface TpmQuote {
  /** TPMS_ATTEST. */
  readonly message: Uint8Array;
  /** TPMT_SIGNATURE. */
  readonly signature: Uint8Array;
  /** The quoted values as JSON. */
  readonly pcrs: string;
}

export interface TpmKeys {
  /** TPM2B_PUBLIC of the endorsement key and of the attestation key. */
  readonly endorsementKey: Uint8Array;
  readonly attestationKey: Uint8Array;
}

/** What an agent needs from its machine's TPM. */
export interface MachineTpm {
  /**
   * Loads the keys. Call it first; it may be called again.
   *
   * @param isEnrolled whether a server knows the attestation key already; if not, a missing key is created.
   */
  open(isEnrolled: boolean): Promise<TpmKeys>;
  /** TPM2_ActivateCredential: returns the secret, if it was wrapped for these two keys. */
  activateCredential(credential: Credential): Promise<Uint8Array>;
  /** TPM2_Quote with the attestation key. */
  quote(nonce: Uint8Array, selections: readonly PcrSelection[]): Promise<TpmQuote>;
}

export interface Tpm2ToolsOptions {
  /** The transmission interface, for example `device:/dev/tpmrm0` or `swtpm:host=127.0.0.1,port=2321`. */
  readonly tcti: string;
  readonly keyKind: KeyKind;
  /** The folder of the attestation key: wrapped by the TPM, so useless for any other TPM. */
  readonly directory: string;
  /** Where to find the tools, in the format of `PATH`. */
  readonly searchPath: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

const SIGNING_SCHEME: Readonly<Record<KeyKind, string>> = { rsa: 'rsassa', ecc: 'ecdsa' };

/**
 * A TPM 2.0 through tpm2-tools. Each start creates the endorsement key again from its template, which gives the same
 * key, and loads the attestation key below it from a wrapped file. So both survive a restart without using the TPM's
 * memory.
 */
export class Tpm2Tools implements MachineTpm {
  readonly #options: Tpm2ToolsOptions;
  /** A TPM restart makes the contexts in here invalid, and a recovered secret must not stay. */
  readonly #scratch: string;

  constructor(options: Tpm2ToolsOptions) {
    this.#options = options;
    this.#scratch = join(options.directory, 'scratch');
  }

  async open(isEnrolled: boolean): Promise<TpmKeys> {
    const { keyKind, directory } = this.#options;
    const hasKey = await this.#hasAttestationKey();
    // The server would treat another key as another machine's, and its quotes as an attack.
    if (isEnrolled && !hasKey) throw new CliError(`the enrolled ${keyKind} key is not in ${directory}`, EXIT.usage);
    await rm(this.#scratch, { recursive: true, force: true });
    await mkdir(this.#scratch, { recursive: true, mode: 0o700 });
    await this.#run('createek', '-c', 'ek.ctx', '-G', keyKind, '-u', 'ek.pub').catch((error: unknown) => {
      throw error instanceof ToolError && /Could not load tcti/.test(error.message) ? this.#noTpm(error) : error;
    });
    await this.#flush();
    if (hasKey) await this.#loadAttestationKey();
    else await this.#createAttestationKey();
    return { endorsementKey: await this.#read('ek.pub'), attestationKey: await readFile(this.#kept('pub')) };
  }

  async activateCredential(credential: Credential): Promise<Uint8Array> {
    await writeFile(join(this.#scratch, 'credential'), encodeCredentialFile(credential), { mode: 0o600 });
    await this.#withEndorsementPolicy((session) =>
      this.#run(
        'activatecredential',
        '-c',
        'ak.ctx',
        '-C',
        'ek.ctx',
        '-P',
        session,
        '-i',
        'credential',
        '-o',
        'secret',
      ),
    );
    const secret = await this.#read('secret');
    await rm(join(this.#scratch, 'secret'));
    return secret;
  }

  async quote(nonce: Uint8Array, selections: readonly PcrSelection[]): Promise<TpmQuote> {
    const list = selections.map(({ hash, pcrs }) => `${hash}:${pcrs.length === 0 ? 'none' : pcrs.join(',')}`).join('+');
    const qualification = Buffer.from(nonce).toString('hex');
    await this.#run(
      'quote',
      '-c',
      'ak.ctx',
      '-l',
      list,
      '-q',
      qualification,
      '-g',
      'sha256',
      '-m',
      'message',
      '-s',
      'signature',
      '-o',
      'pcrs',
    );
    await this.#flush();
    const [message, signature, pcrs] = await Promise.all(
      ['message', 'signature', 'pcrs'].map((name) => readFile(join(this.#scratch, name))),
    );
    if (message === undefined || signature === undefined || pcrs === undefined)
      throw new Error('tpm2_quote wrote no quote');
    return { message, signature, pcrs: encodePcrJson(parsePcrSerialized(pcrs)) };
  }

  async #hasAttestationKey(): Promise<boolean> {
    const found = await Promise.allSettled(['pub', 'priv'].map((part) => stat(this.#kept(part))));
    return found.every(({ status }) => status === 'fulfilled');
  }

  async #createAttestationKey(): Promise<void> {
    const { keyKind } = this.#options;
    const files = ['-u', this.#kept('pub'), '-r', this.#kept('priv'), '-n', 'ak.name'];
    await this.#run(
      'createak',
      '-C',
      'ek.ctx',
      '-c',
      'ak.ctx',
      '-G',
      keyKind,
      '-g',
      'sha256',
      '-s',
      SIGNING_SCHEME[keyKind],
      ...files,
    );
    await this.#flush();
    await chmod(this.#kept('priv'), 0o600);
  }

  async #loadAttestationKey(): Promise<void> {
    const files = ['-u', this.#kept('pub'), '-r', this.#kept('priv')];
    await this.#withEndorsementPolicy((session) =>
      this.#run('load', '-C', 'ek.ctx', '-P', session, ...files, '-c', 'ak.ctx'),
    );
  }

  /**
   * The endorsement key's policy requires authorization for the endorsement hierarchy (TCG EK Credential Profile,
   * PolicyA).
   */
  async #withEndorsementPolicy(use: (session: string) => Promise<void>): Promise<void> {
    await this.#run('startauthsession', '--policy-session', '-S', 'session.ctx');
    try {
      await this.#run('policysecret', '-S', 'session.ctx', '-c', 'e');
      await use('session:session.ctx');
    } finally {
      await this.#run('flushcontext', 'session.ctx');
      await this.#flush();
    }
  }

  /** Without a resource manager, objects that commands leave loaded fill the TPM's three slots. */
  #flush(): Promise<void> {
    return this.#run('flushcontext', '-t');
  }

  #noTpm({ message }: ToolError): CliError {
    const { tcti } = this.#options;
    return new CliError(
      `no TPM answers at ${tcti} (${message})`,
      EXIT.unavailable,
      'name another with --tcti (or TPM2TOOLS_TCTI), for example --tcti swtpm:host=127.0.0.1,port=2321',
    );
  }

  #run(command: string, ...args: string[]): Promise<void> {
    const { tcti, searchPath, signal } = this.#options;
    const environment = { PATH: searchPath, TPM2TOOLS_TCTI: tcti, TSS2_LOG: 'all+NONE', LC_ALL: 'C' };
    return runTool(`tpm2_${command}`, args, { directory: this.#scratch, environment, signal });
  }

  #read(name: string): Promise<Uint8Array> {
    return readFile(join(this.#scratch, name));
  }

  /** The file of one part of the wrapped key: `pub` or `priv`. */
  #kept(part: string): string {
    return join(this.#options.directory, `ak-${this.#options.keyKind}.${part}`);
  }
}

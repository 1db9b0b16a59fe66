import type { Credential, PcrSelection } from '../../attestation/tpm/index.js';
import type { MachineTpm, TpmKeys, TpmQuote } from '../../cli/attestation/machine/tpm2-tools.js';
import type { SoftwareTpm } from '../tpm/software-tpm.js';

/** A software TPM in the place of the machine's. */
export class SoftwareMachineTpm implements MachineTpm {
  readonly #tpm: SoftwareTpm;

  constructor(tpm: SoftwareTpm) {
    this.#tpm = tpm;
  }

  async open(): Promise<TpmKeys> {
    return { endorsementKey: this.#tpm.ekPublic, attestationKey: this.#tpm.akPublic };
  }

  async activateCredential(credential: Credential): Promise<Uint8Array> {
    return this.#tpm.activateCredential(credential);
  }

  async quote(nonce: Uint8Array, selections: readonly PcrSelection[]): Promise<TpmQuote> {
    return this.#tpm.quote({ nonce, selections });
  }
}

import { SoftwareTpm, type SoftwareTpmOptions as TpmOptions } from '../../src/demo/tpm/software-tpm.js';
import { softwareKey } from './software-tpm-keys.js';

export type { QuoteEvidence, QuoteRequest, SoftwareTpm } from '../../src/demo/tpm/software-tpm.js';

export interface SoftwareTpmOptions extends Omit<TpmOptions, 'ek' | 'ak'> {
  readonly key: 'rsa' | 'ecc';
  /** TPMs with different seeds have different keys. RSA seeds 1 to 3 are recorded; others cost a key generation. */
  readonly seed?: number;
}

/** A TPM for tests, with keys that a seed gives. */
export function createSoftwareTpm({ key, seed = 1, ...options }: SoftwareTpmOptions): SoftwareTpm {
  return new SoftwareTpm({ ...options, ek: softwareKey(key, 'ek', seed), ak: softwareKey(key, 'ak', seed) });
}

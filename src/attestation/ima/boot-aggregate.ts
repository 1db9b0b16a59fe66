import { createHash } from 'node:crypto';
import { isHashAlgorithm, type PcrBanks } from '../tpm/index.js';

/** PCRs 0–7 before Linux 5.8 and for SHA-1, 0–9 since. */
const PCR_COUNTS = [10, 8];

/**
 * The values that `boot_aggregate` may have under an algorithm, given the quoted PCRs: its hash over PCRs 0–9 or 0–7 of
 * a bank (Linux, ima_calc_boot_aggregate). Older kernels always hashed the SHA-1 bank, so every quoted bank is tried. A
 * bank without all these PCRs gives no value.
 */
export function bootAggregates(algorithm: string, banks: PcrBanks): Uint8Array[] {
  if (!isHashAlgorithm(algorithm)) return [];
  const aggregates: Uint8Array[] = [];
  for (const bank of banks.values()) {
    for (const count of PCR_COUNTS) {
      const values = Array.from({ length: count }, (_, pcr) => bank.get(pcr));
      if (values.includes(undefined)) continue;
      const digest = createHash(algorithm);
      for (const value of values) if (value !== undefined) digest.update(value);
      aggregates.push(digest.digest());
    }
  }
  return aggregates;
}

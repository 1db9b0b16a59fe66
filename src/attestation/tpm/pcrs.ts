import { hash as hashOnce } from 'node:crypto';
import type { HashAlgorithm } from './algorithms.js';
import { TpmFormatError } from './errors.js';
import type { WireReader } from './wire.js';

/** PCR values by bank and number. */
export type PcrBanks = Map<HashAlgorithm, Map<number, Uint8Array>>;

/** The selected PCRs of one bank, in ascending order. */
export interface PcrSelection {
  readonly hash: HashAlgorithm;
  readonly pcrs: readonly number[];
}

/** The highest PCR of a PC Client TPM. */
export const MAX_PCR = 23;
const MAX_SELECTIONS = 16;
const MAX_SELECT_BYTES = 4;

/**
 * The digest over PCR values, concatenated in the order of the selections, as in a quote (TPM 2.0 Part 3, section
 * 18.4).
 *
 * @throws TpmFormatError with a pointer, for example `/sha256/7`, when a selected PCR has no value: it is never
 *   skipped.
 */
export function pcrDigest(hash: HashAlgorithm, selections: readonly PcrSelection[], banks: PcrBanks): Uint8Array {
  const values: Uint8Array[] = [];
  for (const selection of selections) {
    const bank = banks.get(selection.hash);
    for (const pcr of selection.pcrs) {
      const value = bank?.get(pcr);
      if (value === undefined) {
        const pointer = `/${selection.hash}/${pcr}`;
        throw new TpmFormatError(`PCRs ${pointer}`, 0, 'selected, but has no value', { pointer });
      }
      values.push(value);
    }
  }
  // As text: `crypto.hash` is several times cheaper when it returns a string.
  return Buffer.from(hashOnce(hash, Buffer.concat(values), 'binary'), 'binary');
}

/** Reads a TPML_PCR_SELECTION (TPM 2.0 Part 2, section 10.9.7). */
export function readPcrSelections(reader: WireReader, field: string): PcrSelection[] {
  const count = reader.u32(`${field}.count`);
  if (count > MAX_SELECTIONS)
    reader.fail(`${field}.count`, `${count}, at most ${MAX_SELECTIONS} are allowed`, { back: 4 });
  const selections: PcrSelection[] = [];
  for (let index = 0; index < count; index += 1) {
    const hash = reader.hash(`${field}[${index}].hash`);
    const size = reader.u8(`${field}[${index}].sizeofSelect`);
    if (size > MAX_SELECT_BYTES)
      reader.fail(`${field}[${index}].sizeofSelect`, `${size}, at most ${MAX_SELECT_BYTES} are allowed`, { back: 1 });
    selections.push({ hash, pcrs: pcrsFromBitmap(reader.bytes(size, `${field}[${index}].pcrSelect`)) });
  }
  return selections;
}

/** The numbers of the set bits; bit 0 of the first byte is PCR 0. */
export function pcrsFromBitmap(bitmap: Uint8Array): number[] {
  const pcrs: number[] = [];
  for (let pcr = 0; pcr < bitmap.length * 8; pcr += 1) {
    if (((bitmap[pcr >>> 3] ?? 0) >>> (pcr & 7)) & 1) pcrs.push(pcr);
  }
  return pcrs;
}

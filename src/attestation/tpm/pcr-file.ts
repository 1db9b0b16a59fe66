import { DIGEST_BYTES, HASH_IDS, type HashAlgorithm } from './algorithms.js';
import { TpmFormatError } from './errors.js';
import { MAX_PCR, type PcrBanks, type PcrSelection, pcrsFromBitmap } from './pcrs.js';
import { hex16 } from './wire.js';

/** Sizes of tpm2-tss's C structures, which tpm2-tools writes as they are in memory, little-endian. */
const SELECTION_BYTES = 8;
const MAX_SELECTIONS = 16;
const SELECTION_LIST_BYTES = 4 + MAX_SELECTIONS * SELECTION_BYTES;
const DIGEST_SLOT_BYTES = 2 + 64;
const DIGESTS_PER_LIST = 8;
const DIGEST_LIST_BYTES = 4 + DIGESTS_PER_LIST * DIGEST_SLOT_BYTES;
const MAX_LISTS = 32;

/**
 * Reads PCR values as `tpm2_quote --pcrs_format serialized` writes them: a TPML_PCR_SELECTION, a count, and that number
 * of TPML_DIGEST, whose digests follow the order of the selection.
 *
 * @throws TpmFormatError for another layout, or when selection and digests do not correspond one to one.
 */
export function parsePcrSerialized(bytes: Uint8Array): PcrBanks {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headBytes = SELECTION_LIST_BYTES + 4;
  if (bytes.length < headBytes) refuse(bytes.length, `needs ${headBytes} bytes for the selection and the count`);
  const selections = readSelections(view);
  const lists = view.getUint32(SELECTION_LIST_BYTES, true);
  if (lists > MAX_LISTS) refuse(SELECTION_LIST_BYTES, `${lists} lists of digests, at most ${MAX_LISTS} are allowed`);
  const expected = headBytes + lists * DIGEST_LIST_BYTES;
  if (bytes.length !== expected) refuse(bytes.length, `${lists} lists of digests end at offset ${expected}`);
  const values: Uint8Array[] = [];
  for (let list = 0; list < lists; list += 1)
    values.push(...readDigestList(view, headBytes + list * DIGEST_LIST_BYTES));
  return assign(selections, values);
}

/**
 * Reads PCR values as `tpm2_quote --pcrs_format values` writes them: plain digests, in the order of `selections`.
 *
 * @throws TpmFormatError when the length is not the total length of the selected digests.
 */
export function parsePcrValues(bytes: Uint8Array, selections: readonly PcrSelection[]): PcrBanks {
  const values: Uint8Array[] = [];
  let offset = 0;
  for (const { hash, pcrs } of selections) {
    for (let index = 0; index < pcrs.length; index += 1) {
      const end = offset + DIGEST_BYTES[hash];
      if (end > bytes.length) refuse(bytes.length, `the selected PCRs need more than ${bytes.length} bytes`);
      values.push(bytes.slice(offset, end));
      offset = end;
    }
  }
  if (offset !== bytes.length) refuse(offset, `${bytes.length - offset} trailing bytes`);
  return assign(selections, values);
}

function readSelections(view: DataView): PcrSelection[] {
  const count = view.getUint32(0, true);
  if (count > MAX_SELECTIONS) refuse(0, `${count} selections, at most ${MAX_SELECTIONS} are allowed`);
  return Array.from({ length: count }, (_, index) => {
    const offset = 4 + index * SELECTION_BYTES;
    const id = view.getUint16(offset, true);
    const hash = HASH_IDS.get(id);
    if (hash === undefined) return refuse(offset, `unsupported bank ${hex16(id)}`);
    const size = view.getUint8(offset + 2);
    if (size > 4) refuse(offset + 2, `a selection of ${size} bytes, at most 4 are allowed`);
    return { hash, pcrs: pcrsFromBitmap(new Uint8Array(view.buffer, view.byteOffset + offset + 3, size)) };
  });
}

function readDigestList(view: DataView, start: number): Uint8Array[] {
  const count = view.getUint32(start, true);
  if (count > DIGESTS_PER_LIST) refuse(start, `${count} digests, at most ${DIGESTS_PER_LIST} are allowed`);
  return Array.from({ length: count }, (_, index) => {
    const offset = start + 4 + index * DIGEST_SLOT_BYTES;
    const size = view.getUint16(offset, true);
    if (size > DIGEST_SLOT_BYTES - 2) refuse(offset, `a digest of ${size} bytes`);
    return Uint8Array.from(new Uint8Array(view.buffer, view.byteOffset + offset + 2, size));
  });
}

function assign(selections: readonly PcrSelection[], values: readonly Uint8Array[]): PcrBanks {
  const banks: PcrBanks = new Map();
  let next = 0;
  for (const { hash, pcrs } of selections) {
    if (banks.has(hash)) refuse(0, `the bank ${hash} is selected twice`);
    banks.set(hash, new Map(pcrs.map((pcr) => [pcr, checkValue(hash, pcr, values[next++])])));
  }
  if (next !== values.length) refuse(0, `${values.length} digests for ${next} selected PCRs`);
  return banks;
}

function checkValue(hash: HashAlgorithm, pcr: number, value: Uint8Array | undefined): Uint8Array {
  if (pcr > MAX_PCR) return refuse(0, `PCR ${pcr} is above ${MAX_PCR}`);
  if (value === undefined) return refuse(0, `no digest for PCR ${pcr} of ${hash}`);
  if (value.length !== DIGEST_BYTES[hash])
    return refuse(0, `PCR ${pcr} of ${hash} has a digest of ${value.length} bytes`);
  return value;
}

function refuse(offset: number, problem: string): never {
  throw new TpmFormatError('PCR file', offset, problem);
}

import { Buffer } from 'node:buffer';
import { MAX_PCR } from '../tpm/index.js';
import { MAX_DIGEST_BYTES, parseListedDigest } from './digests.js';
import { ProblemList } from './errors.js';
import { JsonReader } from './json-reader.js';

const MAX_TEXT_BYTES = 64 * 1024;
/** The PCR that IMA extends on Linux (CONFIG_IMA_MEASURE_PCR_IDX). */
const IMA_PCR = 10;

/** The allowed values of PCRs, in lower-case hex; a value's length implies its bank. */
export interface PcrPolicy {
  /** Every PCR that must be quoted: those with values, and those only in the mask. */
  readonly pcrs: readonly number[];
  readonly values: Readonly<Record<number, readonly string[]>>;
}

export interface PcrPolicyOptions {
  /** With an IMA policy, PCR 10 belongs to the log, and no fixed value stays right for long. */
  readonly hasImaPolicy?: boolean;
}

/** Whether any PCR has a value. A policy without values judges nothing, whatever PCRs it requires in the quote. */
export function constrainsAny({ values }: PcrPolicy): boolean {
  return Object.keys(values).length > 0;
}

/**
 * Reads `{ "mask"?: "0x…", "<pcr 0–23>": ["<hex>", …] }`, the format of Keylime's `tpm_policy`. A single value may
 * replace the array.
 * @throws RuntimePolicyError with JSON pointers.
 */
export function parsePcrPolicy(text: string, options: PcrPolicyOptions = {}): PcrPolicy {
  const problems = new ProblemList();
  const bytes = Buffer.from(text);
  if (bytes.length > MAX_TEXT_BYTES) problems.fail({ message: `the policy has more than ${MAX_TEXT_BYTES} bytes` });
  const reader = new JsonReader(bytes, problems);
  const values: Record<number, string[]> = {};
  const pcrs = new Set<number>();
  if (reader.expects('object', 'an object')) {
    reader.readObject((key) => {
      if (key === 'mask') {
        readMask(reader, pcrs);
        return;
      }
      const pcr = readPcrNumber(key, reader, options);
      const list = readValues(reader);
      if (pcr === null) return;
      values[pcr] = list;
      pcrs.add(pcr);
    });
  }
  reader.finish();
  problems.throwIfAny();
  return { pcrs: [...pcrs].sort((a, b) => a - b), values };
}

function readPcrNumber(key: string, reader: JsonReader, options: PcrPolicyOptions): number | null {
  const pcr = /^(?:0|[1-9][0-9]?)$/.test(key) ? Number(key) : Number.NaN;
  if (!(pcr <= MAX_PCR)) reader.problem(`not a PCR from 0 to ${MAX_PCR}, and not "mask"`);
  else if (pcr === IMA_PCR && options.hasImaPolicy) reader.problem('PCR 10 is judged by the IMA policy, not by values');
  else return pcr;
  return null;
}

function readMask(reader: JsonReader, pcrs: Set<number>): void {
  if (!reader.expects('string', 'a mask such as "0x408000"')) return;
  const text = reader.readText();
  const mask = /^0x[0-9a-fA-F]{1,8}$/.test(text) ? Number(text) : Number.NaN;
  if (!(mask < 2 ** (MAX_PCR + 1))) reader.problem(`must be hex such as "0x408000", for PCRs up to ${MAX_PCR}`);
  for (let pcr = 0; pcr <= MAX_PCR; pcr += 1) if (((mask >>> pcr) & 1) === 1) pcrs.add(pcr);
}

function readValues(reader: JsonReader): string[] {
  if (reader.kind() === 'string') return readValue(reader);
  const list: string[] = [];
  if (!reader.expects('array', 'a value in hex or an array of them')) return list;
  let count = 0;
  reader.readArray(() => {
    count += 1;
    list.push(...readValue(reader));
  });
  if (count === 0) reader.problem('a PCR without values could never pass');
  return list;
}

/** One value; empty after a reported problem. */
function readValue(reader: JsonReader): string[] {
  if (!reader.expects('string', 'a value in hex')) return [];
  reader.readString();
  const value = new Uint8Array(MAX_DIGEST_BYTES);
  const size = parseListedDigest(reader.bytes, reader.start, reader.end, value);
  if (typeof size === 'number') return [Buffer.from(value.subarray(0, size)).toString('hex')];
  reader.problem(size);
  return [];
}

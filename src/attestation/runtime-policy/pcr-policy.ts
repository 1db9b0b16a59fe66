import { Buffer } from 'node:buffer';
import { MAX_PCR } from '../tpm/index.js';
import { parseListedDigest } from './digests.js';
import { ProblemList } from './errors.js';
import { JsonReader } from './json-reader.js';

const MAX_TEXT_BYTES = 64 * 1024;
/** The PCR that IMA extends on Linux (CONFIG_IMA_MEASURE_PCR_IDX). */
const IMA_PCR = 10;

/** What PCRs may hold: per PCR the allowed values in lower-case hex; a value's length tells its bank. */
export interface PcrPolicy {
  /** Every PCR that must be quoted: those with values, and those only named in the mask. */
  readonly pcrs: readonly number[];
  readonly values: Readonly<Record<number, readonly string[]>>;
}

export interface PcrPolicyOptions {
  /** With an IMA policy beside it, PCR 10 belongs to the log and no fixed value can be right for long. */
  readonly hasImaPolicy?: boolean;
}

/**
 * Reads `{ "mask"?: "0x…", "<pcr 0–23>": ["<hex>", …] }`, the form of Keylime's `tpm_policy`.
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
  if (Object.keys(values).length === 0) problems.fail({ message: 'the policy constrains no PCR' });
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
  const list: string[] = [];
  if (!reader.expects('array', 'an array of values in hex')) return list;
  const scratch = new Uint8Array(64);
  let count = 0;
  reader.readArray(() => {
    count += 1;
    if (!reader.expects('string', 'a value in hex')) return;
    reader.readString();
    const size = parseListedDigest(reader.bytes, reader.start, reader.end, scratch);
    if (typeof size === 'string') reader.problem(size);
    else list.push(Buffer.from(scratch.subarray(0, size)).toString('hex'));
  });
  if (count === 0) reader.problem('a PCR without values could never pass');
  return list;
}

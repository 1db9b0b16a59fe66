import { isHashAlgorithm } from './algorithms.js';
import { TpmFormatError } from './errors.js';
import { MAX_PCR, type PcrSelection } from './pcrs.js';

const MAX_CHARACTERS = 1024;
const BANK = /^([a-z0-9]+):(all|\d{1,2}(?:,\d{1,2})*)$/;

/**
 * Reads a list of PCRs in the format of tpm2-tools, for example `sha256:0,1,10+sha1:all`. The PCRs may be in any order,
 * since a TPM always quotes them in ascending order.
 *
 * @throws TpmFormatError for an unknown bank, a bank or a PCR named twice, or a PCR above 23.
 */
export function parsePcrList(text: string): PcrSelection[] {
  if (text.length > MAX_CHARACTERS) refuse(MAX_CHARACTERS, `longer than ${MAX_CHARACTERS} characters`);
  const selections: PcrSelection[] = [];
  let offset = 0;
  for (const part of text.split('+')) {
    const selection = parseBank(part, offset);
    if (selections.some(({ hash }) => hash === selection.hash))
      refuse(offset, `the bank ${selection.hash} is named twice`);
    selections.push(selection);
    offset += part.length + 1;
  }
  return selections;
}

function parseBank(text: string, offset: number): PcrSelection {
  const [, hash = '', list = ''] =
    BANK.exec(text) ?? refuse(offset, 'expected a bank, a colon, and PCRs with commas between them');
  if (!isHashAlgorithm(hash)) return refuse(offset, 'not a bank: sha1, sha256, sha384 or sha512');
  if (list === 'all') return { hash, pcrs: Array.from({ length: MAX_PCR + 1 }, (_, pcr) => pcr) };
  const pcrs = list
    .split(',')
    .map(Number)
    .sort((one, two) => one - two);
  if (new Set(pcrs).size < pcrs.length) refuse(offset, `a PCR of ${hash} is named twice`);
  if (pcrs.some((pcr) => pcr > MAX_PCR)) refuse(offset, `a PCR of ${hash} is above ${MAX_PCR}`);
  return { hash, pcrs };
}

function refuse(offset: number, problem: string): never {
  throw new TpmFormatError('PCR list', offset, problem);
}

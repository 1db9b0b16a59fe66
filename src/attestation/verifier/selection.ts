import type { HashAlgorithm, PcrBanks, Quote } from '../tpm/index.js';
import type { Findings } from './findings.js';
import { requiredPcrs } from './requirements.js';
import type { QuoteInput } from './types.js';

/** PCRs by bank, each as the bit of its number. */
type Selected = ReadonlyMap<HashAlgorithm, number>;

/** More than any TPM has; as many as an integer has bits. */
const PCRS_MAX = 32;

/** The attested PCRs by bank. A TPM reports banks that it does not have as empty selections, which are ignored. */
function attestedPcrs(quote: Quote): Selected {
  const attested = new Map<HashAlgorithm, number>();
  for (const { hash, pcrs } of quote.selections)
    if (pcrs.length > 0) attested.set(hash, (attested.get(hash) ?? 0) | bitsOf(pcrs));
  return attested;
}

function reportedPcrs(banks: PcrBanks): Selected {
  const reported = new Map<HashAlgorithm, number>();
  for (const [hash, bank] of banks) if (bank.size > 0) reported.set(hash, bitsOf(bank.keys()));
  return reported;
}

function bitsOf(pcrs: Iterable<number>): number {
  let bits = 0;
  for (const pcr of pcrs) bits |= 1 << pcr;
  return bits;
}

const has = (bits: number, pcr: number): boolean => pcr < PCRS_MAX && ((bits >>> pcr) & 1) === 1;

/** In ascending order. */
function pcrsOf(bits: number): number[] {
  const pcrs: number[] = [];
  for (let pcr = 0; pcr < PCRS_MAX; pcr += 1) if (has(bits, pcr)) pcrs.push(pcr);
  return pcrs;
}

function isSame(a: Selected, b: Selected): boolean {
  if (a.size !== b.size) return false;
  for (const [hash, bits] of a) if (b.get(hash) !== bits) return false;
  return true;
}

function describe(selected: Selected): string {
  const banks = [...selected].map(([hash, bits]) => `${hash}:${pcrsOf(bits).join(',')}`);
  return banks.sort().join('+') || 'nothing';
}

/**
 * Checks what the quote covers: exactly the reported PCRs, in offered banks, and in each bank all requested PCRs and no
 * others. A missing PCR is a failure, never "nothing to check".
 */
export function checkSelection(input: QuoteInput, quote: Quote, banks: PcrBanks, findings: Findings): boolean {
  const { challenge, policies, enrolment, rules } = input;
  const attested = attestedPcrs(quote);
  const reported = reportedPcrs(banks);
  if (!isSame(attested, reported)) {
    const got = `Attested ${describe(attested)}, reported ${describe(reported)}.`;
    findings.add('PCR_SELECTION_MISMATCH', got, { expected: [describe(attested)], got: describe(reported) });
    return false;
  }
  const required = requiredPcrs(policies, enrolment.tpmKind);
  if (required.some((pcr) => !challenge.pcrs.includes(pcr))) {
    findings.add('CHALLENGE_OUTDATED', 'More PCRs are required now than it asked for.');
    return false;
  }
  const before = findings.counts.failures;
  // When nothing is bound, a challenge requests no PCR, and a quote of none is correct.
  const isNoneAsked = challenge.pcrs.length === 0 && rules?.allowsNothingBound !== true;
  if (attested.size === 0 && !isNoneAsked) findings.add('PCR_NOT_QUOTED', 'The quote covers no PCR at all.');
  for (const [hash, bits] of attested) checkBank(input, hash, bits, findings);
  return findings.counts.failures === before;
}

function checkBank({ challenge }: QuoteInput, hash: HashAlgorithm, bits: number, findings: Findings): void {
  if (!challenge.hashAlgorithms.includes(hash)) {
    findings.add('QUOTE_BANK_UNEXPECTED', '', { expected: challenge.hashAlgorithms, got: hash });
    return;
  }
  let others = bits;
  for (const pcr of challenge.pcrs) {
    if (!has(bits, pcr)) findings.add('PCR_NOT_QUOTED', `PCR ${pcr} of ${hash}.`, { pcr });
    else others &= ~(1 << pcr);
  }
  if (others === 0) return;
  for (const pcr of pcrsOf(others)) findings.add('PCR_NOT_ASKED', `PCR ${pcr} of ${hash}.`, { pcr });
}

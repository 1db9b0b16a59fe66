import type { HashAlgorithm, PcrBanks, Quote } from '../tpm/index.js';
import type { Findings } from './findings.js';
import { requiredPcrs } from './requirements.js';
import type { QuoteInput } from './types.js';

type Selected = ReadonlyMap<HashAlgorithm, ReadonlySet<number>>;

/** The attested PCRs by bank. A TPM reports banks that it does not have as empty selections, which are ignored. */
function attestedPcrs(quote: Quote): Selected {
  const attested = new Map<HashAlgorithm, Set<number>>();
  for (const { hash, pcrs } of quote.selections) {
    if (pcrs.length === 0) continue;
    const bank = attested.get(hash) ?? new Set();
    for (const pcr of pcrs) bank.add(pcr);
    attested.set(hash, bank);
  }
  return attested;
}

function reportedPcrs(banks: PcrBanks): Selected {
  return new Map([...banks].filter(([, bank]) => bank.size > 0).map(([hash, bank]) => [hash, new Set(bank.keys())]));
}

function isSame(a: Selected, b: Selected): boolean {
  if (a.size !== b.size) return false;
  for (const [hash, pcrs] of a) {
    const others = b.get(hash);
    if (others === undefined || others.size !== pcrs.size) return false;
    for (const pcr of pcrs) if (!others.has(pcr)) return false;
  }
  return true;
}

function describe(selected: Selected): string {
  const banks = [...selected].map(([hash, pcrs]) => `${hash}:${[...pcrs].sort((a, b) => a - b).join(',')}`);
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
  for (const [hash, pcrs] of attested) checkBank(input, hash, pcrs, findings);
  return findings.counts.failures === before;
}

function checkBank(
  { challenge }: QuoteInput,
  hash: HashAlgorithm,
  pcrs: ReadonlySet<number>,
  findings: Findings,
): void {
  if (!challenge.hashAlgorithms.includes(hash)) {
    findings.add('QUOTE_BANK_UNEXPECTED', '', { expected: challenge.hashAlgorithms, got: hash });
    return;
  }
  for (const pcr of challenge.pcrs) {
    if (!pcrs.has(pcr)) findings.add('PCR_NOT_QUOTED', `PCR ${pcr} of ${hash}.`, { pcr });
  }
  for (const pcr of pcrs) {
    if (!challenge.pcrs.includes(pcr)) findings.add('PCR_NOT_ASKED', `PCR ${pcr} of ${hash}.`, { pcr });
  }
}

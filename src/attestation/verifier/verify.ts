import { checkClock } from './clock.js';
import { Findings } from './findings.js';
import { walkIma } from './ima-walk.js';
import { checkPcrPolicies } from './pcr-rules.js';
import { type AttestedQuote, checkQuote } from './quote.js';
import { IMA_PCR, isAnythingBound } from './requirements.js';
import type { QuoteInput, VerificationResult, VerifierState, VerifyInput } from './types.js';

/**
 * Judges one submission of evidence: signature, statement, nonce, PCR selection, PCR digest, clock, PCR policies, IMA
 * log, in this order. Pure and total: any evidence gives a result. REJECTED means that some failure is an error or
 * fatal; `next` is then null.
 */
export function verify(input: VerifyInput): VerificationResult {
  const findings = new Findings(input.rules?.severities);
  return resultOf(findings, judge(input, findings));
}

/**
 * The result of `verify` if that needs no log and no list: when the quote is not valid, and when no list is bound.
 * Otherwise null; then log and list are worth loading. Costs no more than checking a signature.
 */
export function verifyQuote(input: QuoteInput): VerificationResult | null {
  const findings = new Findings(input.rules?.severities);
  const quoted = judgeQuote(input, findings);
  if (quoted !== null && (bindsList(input) || input.rules?.allowsNothingBound === true)) return null;
  return resultOf(findings, quoted && stateOf(quoted));
}

function resultOf(findings: Findings, next: VerifierState | null): VerificationResult {
  const { failures, isTruncated, counts, isRejected } = findings;
  return {
    verdict: isRejected ? 'REJECTED' : 'ACCEPTED',
    failures,
    isTruncated,
    counts,
    next: isRejected ? null : next,
  };
}

function judge(input: VerifyInput, findings: Findings): VerifierState | null {
  const attested = judgeQuote(input, findings);
  if (attested === null) return null;
  const ima = needsImaLog(input, attested) ? walkIma(input, attested, findings) : null;
  return { ...stateOf(attested), ...(ima === null ? {} : { ima }) };
}

/** Judges everything before the log. Null when that ends the verification. */
function judgeQuote(input: QuoteInput, findings: Findings): AttestedQuote | null {
  if (!isChallengeOpen(input, findings)) return null;
  const attested = checkQuote(input, findings);
  if (attested === null) return null;
  checkClock(attested.quote.clockInfo, input.previous, findings);
  if (!isAnythingBound(input.policies, input.enrolment.tpmKind) && input.rules?.allowsNothingBound !== true) {
    findings.add('NOTHING_BOUND');
    return null;
  }
  checkPcrPolicies(input, attested.banks, findings);
  return attested;
}

function stateOf({ quote: { clockInfo } }: AttestedQuote): VerifierState {
  const { resetCount, restartCount, clock } = clockInfo;
  return { resetCount, restartCount, clock: String(clock) };
}

function isChallengeOpen({ challenge, now }: QuoteInput, findings: Findings): boolean {
  if (challenge.isUsed) findings.add('CHALLENGE_USED');
  else if (now >= challenge.expiresAt) findings.add('CHALLENGE_EXPIRED');
  else return true;
  return false;
}

const bindsList = ({ policies }: QuoteInput) => policies.some((layer) => layer.runtimePolicy !== undefined);

function needsImaLog(input: VerifyInput, { banks }: AttestedQuote): boolean {
  const { evidence, rules } = input;
  if (bindsList(input)) return true;
  const isReplayable = evidence.imaLog !== undefined && [...banks.values()].some((bank) => bank.has(IMA_PCR));
  return rules?.allowsNothingBound === true && isReplayable;
}

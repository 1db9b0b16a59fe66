import { checkClock } from './clock.js';
import { Findings } from './findings.js';
import { walkIma } from './ima-walk.js';
import { checkPcrPolicies } from './pcr-rules.js';
import { type AttestedQuote, checkQuote } from './quote.js';
import { IMA_PCR, isAnythingBound } from './requirements.js';
import type { VerificationResult, VerifierState, VerifyInput } from './types.js';

/**
 * Judges one submission of evidence: signature, statement, nonce, PCR selection, PCR digest, clock, PCR
 * policies, IMA log, in this order. Pure, and total: whatever the evidence is, the answer is a result.
 * REJECTED means that some failure is an error or fatal; `next` is then null.
 */
export function verify(input: VerifyInput): VerificationResult {
  const findings = new Findings(input.rules?.severities);
  const next = judge(input, findings);
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
  if (!isChallengeOpen(input, findings)) return null;
  const attested = checkQuote(input, findings);
  if (attested === null) return null;
  const { resetCount, restartCount, clock } = attested.quote.clockInfo;
  checkClock(attested.quote.clockInfo, input.previous, findings);
  if (!isAnythingBound(input.policies, input.enrolment.tpmKind) && input.rules?.allowsNothingBound !== true) {
    findings.add('NOTHING_BOUND');
    return null;
  }
  checkPcrPolicies(input, attested.banks, findings);
  const ima = needsImaLog(input, attested) ? walkIma(input, attested, findings) : null;
  return { resetCount, restartCount, clock: String(clock), ...(ima === null ? {} : { ima }) };
}

function isChallengeOpen({ challenge, now }: VerifyInput, findings: Findings): boolean {
  if (challenge.isUsed) findings.add('CHALLENGE_USED');
  else if (now >= challenge.expiresAt) findings.add('CHALLENGE_EXPIRED');
  else return true;
  return false;
}

function needsImaLog({ policies, evidence, rules }: VerifyInput, { banks }: AttestedQuote): boolean {
  if (policies.some((layer) => layer.runtimePolicy !== undefined)) return true;
  const isReplayable = evidence.imaLog !== undefined && [...banks.values()].some((bank) => bank.has(IMA_PCR));
  return rules?.allowsNothingBound === true && isReplayable;
}

import type { Db } from '../../db/open.js';
import { type Evidence, FAILURES, type FailureCode, NO_COUNTS, type VerificationResult } from '../verifier/index.js';
import { verifyInWorker } from '../workers/index.js';
import { type Bound, boundPolicies } from './layers.js';
import type { AgentView } from './repository.js';
import type { ChallengeRow } from './tables.js';

/** A result, and what it was judged by: when that is no longer so at the time of writing, it does not count. */
export interface Judgement {
  readonly result: VerificationResult;
  readonly revisionId: string | null;
}

/** Judges evidence by what is bound now. May take long: not for transactions. The log is handed over. */
export async function judge(
  db: Db,
  view: AgentView,
  challenge: ChallengeRow,
  evidence: Evidence,
  now: Date,
): Promise<Judgement> {
  const { record } = view;
  const bound: Bound = await boundPolicies(db, record.allowlistId);
  const result = await verifyInWorker({
    evidence,
    challenge: {
      nonce: bytesOf(challenge.nonce),
      pcrs: challenge.pcrs,
      hashAlgorithms: challenge.hashAlgorithms,
      imaOffset: challenge.imaOffset,
      expiresAt: challenge.expiresAt.getTime(),
      isUsed: challenge.state !== 'OPEN',
    },
    enrolment: { attestationKey: bytesOf(record.akPublic ?? ''), tpmKind: record.tpmKind },
    policies: bound.layers,
    previous: record.verifierState,
    now: now.getTime(),
  });
  return { result, revisionId: bound.revisionId };
}

/** In memory of their own: to a thread goes a copy of all that the bytes lie in, which otherwise others share. */
const bytesOf = (base64: string) => Uint8Array.from(Buffer.from(base64, 'base64'));

/** A rejection for a reason of the exchange alone: nothing was looked at. */
export function protocolRejection(code: FailureCode): VerificationResult {
  const { class: kind, severity, description } = FAILURES[code];
  return {
    verdict: 'REJECTED',
    failures: [{ code, class: kind, severity, message: description }],
    isTruncated: false,
    counts: { ...NO_COUNTS, failures: 1 },
    next: null,
  };
}

import type { Context } from '../../authority/index.js';
import type { Db } from '../../db/open.js';
import type { Id } from '../../platform/ids.js';
import type { AgentView } from '../records/index.js';
import { FAILURES, type FailureCode, NO_COUNTS, type VerificationResult, verifyQuote } from '../verifier/index.js';
import { verifyInWorker } from '../workers/index.js';
import { type Challenge, stateOf } from './challenge.js';
import type { Submission } from './evidence.js';
import { boundRevision, withLists } from './layers.js';
import type { Judged } from './repository.js';

/** A result, and what it was judged by: when that is no longer so at the time of writing, it does not count. */
export interface Judgement {
  readonly result: VerificationResult;
  readonly revisionId: Id<'AllowlistRevision'> | null;
}

/**
 * Judges evidence by what was bound when it was read. May take long: not for transactions. The log and the lists are loaded only for a
 * quote that holds: by the agent's key, over this challenge, and over the PCR values beside it.
 */
export async function judge(
  context: Context,
  { view: { agent, record }, bound: { revisionId, layers } }: Judged,
  challenge: Challenge,
  { evidence, log }: Submission,
): Promise<Judgement> {
  const { db, memory, clock } = context;
  const quoted = {
    evidence,
    challenge: {
      nonce: Uint8Array.from(challenge.nonce),
      pcrs: challenge.pcrs,
      hashAlgorithms: challenge.hashAlgorithms,
      imaOffset: challenge.imaOffset,
      expiresAt: challenge.expiresAt.getTime(),
      isUsed: stateOf(challenge, record) !== 'OPEN',
    },
    enrolment: { attestationKey: bytesOf(record.akPublic ?? ''), tpmKind: record.tpmKind },
    policies: layers,
    previous: record.verifierState,
    now: clock.now().getTime(),
  };
  const settled = verifyQuote(quoted);
  if (settled !== null) return { result: settled, revisionId };
  const result = await withLists(context, layers, (policies) =>
    memory.lend(agent.id, async (lease) => {
      const imaLog = log === null ? undefined : await log.read(db, lease);
      return verifyInWorker({ ...quoted, policies, evidence: { ...evidence, imaLog } });
    }),
  );
  return { result, revisionId };
}

/** What was judged, unless the challenge or what is bound changed before it could be written. */
export async function resultNow(
  db: Db,
  challenge: Challenge,
  { before, after }: { readonly before: AgentView; readonly after: AgentView },
  { result, revisionId }: Judgement,
): Promise<VerificationResult> {
  const state = stateOf(challenge, after.record);
  if (state === 'USED') return protocolRejection('CHALLENGE_USED');
  if (state === 'VOID') return protocolRejection('CHALLENGE_EXPIRED');
  const { allowlistId } = after.record;
  const revision = await boundRevision(db, allowlistId);
  const isSame = (revision?.id ?? null) === revisionId && allowlistId === before.record.allowlistId;
  return isSame ? result : protocolRejection('CHALLENGE_OUTDATED');
}

/** In memory of their own: to a thread goes a copy of all that the bytes lie in, which otherwise others share. */
const bytesOf = (base64: string) => Uint8Array.from(Buffer.from(base64, 'base64'));

/** A rejection because of the exchange: the evidence itself was not verified. */
function protocolRejection(code: FailureCode): VerificationResult {
  const { class: kind, severity, description } = FAILURES[code];
  return {
    verdict: 'REJECTED',
    failures: [{ code, class: kind, severity, message: description }],
    isTruncated: false,
    counts: { ...NO_COUNTS, failures: 1 },
    next: null,
  };
}

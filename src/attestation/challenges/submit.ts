import {
  type Act,
  type Context,
  mutate,
  requireAllowed,
  requireOperation,
  type Settings,
} from '../../authority/index.js';
import type { Db } from '../../db/open.js';
import { aboutAgent } from '../../identity/agents/index.js';
import { notFound, rateLimited, unauthenticated } from '../../platform/errors.js';
import { type Id, isId, newId } from '../../platform/ids.js';
import {
  type AgentView,
  findView,
  lockView,
  moveTrust,
  stateAt,
  storedState,
  told,
  updateRecord,
} from '../records/index.js';
import { type AttestationResultRow, findResult, insertResult } from '../results/index.js';
import { type AgentState, eventOf, nextState, type Severity, type VerificationResult } from '../verifier/index.js';
import { ownAgentId } from './begin.js';
import { readSubmission, type Submission, type SubmitEvidence } from './evidence.js';
import { type Judgement, judge, protocolRejection } from './judgement.js';
import { boundRevision } from './layers.js';
import { attestationSubmit } from './policies.js';
import { findChallenge, updateChallenge } from './repository.js';
import type { ChallengeRow } from './tables.js';

const CODES_IN_AUDIT = 20;
/** When to come back while earlier evidence is judged. */
const BUSY_RETRY_SECONDS = 1;

/**
 * Judges evidence for the caller's own challenge. A negative verdict is a result. The same evidence again answers the
 * first result, since its answer may have been lost; other evidence for an answered challenge is rejected.
 *
 * @throws Refusal NOT_FOUND for a challenge that is not the caller's.
 */
export async function submitEvidence(context: Context, input: SubmitEvidence) {
  requireOperation(context, attestationSubmit.name);
  const id = ownAgentId(context);
  return oneAtATime(id, () => submitOne(context, id, input));
}

async function submitOne(context: Context, id: Id<'Agent'>, input: SubmitEvidence) {
  const { view, challenge } = await find(context, id, input.attestationId);
  requireAllowed(context, attestationSubmit, view.agent);
  requireAttesting(stateAt(view, context.clock.now()), context.settings);
  const submission = await readSubmission(context, input);
  const first = await firstResult(context, challenge, submission);
  if (first !== undefined) return answer(context, view, first);
  const judgement = await judge(context, view, challenge, submission);
  const outcome = await mutate(context, { policy: attestationSubmit.name }, (act) =>
    record(act, { id, challengeId: challenge.id, before: view, submission, judgement }),
  );
  const { verdict, failures } = outcome.row;
  if (outcome.isNew) context.meter.verified(verdict, new Set(failures.map(({ code }) => code)));
  return answer(context, outcome.view, outcome.row);
}

const underWay = new Set<string>();

/** In this process; in others the lock on the agent's row decides. An honest agent waits for each answer. */
async function oneAtATime<T>(agentId: string, run: () => Promise<T>): Promise<T> {
  if (underWay.has(agentId)) {
    throw rateLimited('The server is still verifying earlier evidence of this agent; try again.', BUSY_RETRY_SECONDS);
  }
  underWay.add(agentId);
  try {
    return await run();
  } finally {
    underWay.delete(agentId);
  }
}

/** Evidence can come to nothing in some states; then nothing of it is looked at. */
function requireAttesting(state: AgentState, { recoversAutomatically }: Settings): void {
  const canChange = (['ACCEPT', 'REJECT'] as const).some(
    (event) => nextState(state, event, { recoversAutomatically }) !== null,
  );
  if (!canChange) throw attestsNothing(state);
}

const attestsNothing = (state: AgentState) => unauthenticated(`Agents in state ${state} cannot attest.`);

async function find(context: Context, agentId: Id<'Agent'>, attestationId: string) {
  const view = await findView(context.db, { id: agentId });
  const challenge = isId('Attestation', attestationId)
    ? await findChallenge(context.db, agentId, attestationId)
    : undefined;
  if (view === undefined || challenge === undefined) throw notFound('attestation');
  return { view, challenge };
}

function answer(context: Context, view: AgentView, result: AttestationResultRow) {
  const nextAttestationAt = new Date(result.receivedAt.getTime() + context.settings.attestationIntervalMs);
  return { result, agent: told(context, view), nextAttestationAt };
}

async function firstResult(
  { db }: { readonly db: Db },
  challenge: ChallengeRow,
  { digest }: Submission,
): Promise<AttestationResultRow | undefined> {
  if (challenge.resultId === null || challenge.evidenceDigest !== digest) return undefined;
  return findResult(db, challenge.resultId);
}

interface Judged {
  readonly id: Id<'Agent'>;
  readonly challengeId: string;
  /** The agent as it was when it was judged. */
  readonly before: AgentView;
  readonly submission: Submission;
  readonly judgement: Judgement;
}

/** `isNew` unless the same evidence was judged before. */
interface Recorded {
  readonly view: AgentView;
  readonly row: AttestationResultRow;
  readonly isNew: boolean;
}

async function record(act: Act, judged: Judged): Promise<Recorded> {
  const view = await lockView(act.tx, { id: judged.id });
  // The agent's row is held, and whoever changes its challenges holds it first.
  const challenge = await findChallenge(act.tx, judged.id, judged.challengeId);
  if (view === undefined || challenge === undefined) throw notFound('attestation');
  requireAllowed(act, attestationSubmit, view.agent);
  const first = await firstResult({ db: act.tx }, challenge, judged.submission);
  if (first !== undefined) {
    return act.unchanged({ view, row: first, isNew: false });
  }
  const result = await resultNow(act, view, challenge, judged);
  const row = await writeResult(act, view, challenge, { ...judged.judgement, result });
  if (challenge.state === 'OPEN') {
    await updateChallenge(act.tx, challenge.id, {
      state: 'USED',
      evidenceDigest: judged.submission.digest,
      resultId: row.id,
    });
  }
  const after = await lockView(act.tx, { id: judged.id });
  if (after === undefined) throw notFound('attestation');
  return { view: after, row, isNew: true };
}

/** What was judged, unless the challenge or what is bound changed before it could be written. */
async function resultNow(act: Act, view: AgentView, challenge: ChallengeRow, judged: Judged) {
  if (challenge.state === 'USED') return protocolRejection('CHALLENGE_USED');
  if (challenge.state === 'VOID') return protocolRejection('CHALLENGE_EXPIRED');
  const { allowlistId } = view.record;
  const revision = await boundRevision(act.tx, allowlistId);
  const isSame =
    (revision?.id ?? null) === judged.judgement.revisionId && allowlistId === judged.before.record.allowlistId;
  return isSame ? judged.judgement.result : protocolRejection('CHALLENGE_OUTDATED');
}

async function writeResult(act: Act, view: AgentView, challenge: ChallengeRow, { result, revisionId }: Judgement) {
  const { agent } = view;
  const from = stateAt(view, act.now);
  const id = newId('AttestationResult');
  const to = await judgeTrust(act, view, { from, result, resultId: id });
  const row: AttestationResultRow = {
    id,
    agentId: agent.id,
    domainId: agent.domainId,
    projectId: agent.projectId,
    attestationId: challenge.id,
    verdict: result.verdict,
    failures: result.failures.map(withoutNul),
    counts: result.counts,
    allowlistRevisionId: revisionId,
    stateAfter: to,
    receivedAt: act.now,
  };
  await insertResult(act.tx, row);
  await updateRecord(act.tx, agent.id, { ...tally(view, result, act.now), lastResultId: row.id });
  const codes = [...new Set(result.failures.map((failure) => failure.code))].slice(0, CODES_IN_AUDIT);
  await act.audit({
    action: result.verdict === 'ACCEPTED' ? 'attestation.accepted' : 'attestation.rejected',
    ...aboutAgent(view),
    details: { resultId: row.id, from, to, codes },
  });
  return row;
}

interface Judging {
  readonly from: AgentState;
  readonly result: VerificationResult;
  readonly resultId: string;
}

/** Raises or lowers trust by a result and answers the state after it; a failed exchange changes nothing. */
async function judgeTrust(act: Act, view: AgentView, { from, result, resultId }: Judging): Promise<AgentState> {
  const event = eventOf(result);
  if (event === null) return from;
  const { recoversAutomatically, attestationIntervalMs, attestationGrace } = act.context.settings;
  const to = nextState(from, event, { recoversAutomatically });
  if (to === null) throw attestsNothing(from);
  const trustedUntil = to === 'TRUSTED' ? new Date(act.now.getTime() + attestationIntervalMs * attestationGrace) : null;
  if (to === 'TRUSTED' || to !== storedState(view))
    await moveTrust(act, view, { to, trustedUntil, cause: event, resultId });
  return to;
}

function tally({ record }: AgentView, result: VerificationResult, now: Date) {
  if (result.verdict === 'REJECTED') {
    return { rejectedCount: record.rejectedCount + 1, lastRejectedAt: now, lastSeverity: worstOf(result) };
  }
  return {
    acceptedCount: record.acceptedCount + 1,
    firstAcceptedAt: record.firstAcceptedAt ?? now,
    lastAcceptedAt: now,
    verifierState: result.next ?? record.verifierState,
  };
}

function worstOf({ failures }: VerificationResult): Severity {
  const severities: readonly Severity[] = ['fatal', 'error', 'warning'];
  return severities.find((severity) => failures.some((failure) => failure.severity === severity)) ?? 'error';
}

/** Postgres keeps no NUL in jsonb, and a log may hold one. */
function withoutNul<T extends object>(failure: T): T {
  return JSON.parse(JSON.stringify(failure).replaceAll('\\u0000', '\\ufffd')) as T;
}

import {
  type Act,
  type Context,
  mutate,
  type ObserveAct,
  observe,
  requireAllowed,
  requireOperation,
  type Settings,
  type WriteAct,
} from '../../authority/index.js';
import type { Db } from '../../db/open.js';
import { aboutAgent, changeAgents, setTrust } from '../../identity/agents/index.js';
import { notFound, rateLimited, unauthenticated } from '../../platform/errors.js';
import { type Id, newId } from '../../platform/ids.js';
import {
  type AgentView,
  findViewById,
  lockViewById,
  moveTrust,
  stateAt,
  storedState,
  told,
  updateRecord,
} from '../records/index.js';
import { type AttestationResultRow, findResult, insertResult } from '../results/index.js';
import { type AgentState, eventOf, nextState, type VerificationResult, worstOf } from '../verifier/index.js';
import { readSubmission, type Submission, type SubmitEvidence } from './evidence.js';
import { type Judgement, judge, resultNow } from './judgement.js';
import { attestationSubmit } from './policies.js';
import { findChallenge, updateChallenge } from './repository.js';
import type { ChallengeRow } from './tables.js';

const CODES_IN_AUDIT = 20;
/** When to come back while earlier evidence is judged. */
const BUSY_RETRY_SECONDS = 1;

/**
 * Verifies evidence for the caller's own challenge. A negative verdict is a result. The same evidence again gets the
 * first result, because the first response may have been lost; other evidence for an answered challenge is rejected.
 *
 * @throws Refusal NOT_FOUND for a challenge that is not the caller's.
 */
export async function submitEvidence(context: Context, input: SubmitEvidence) {
  requireOperation(context, attestationSubmit.name);
  const { where } = context.actor;
  if (where?.type !== 'agent') throw notFound('agent');
  return oneAtATime(where.agentId, () => submitOne(context, where.agentId, input));
}

async function submitOne(context: Context, id: Id<'Agent'>, input: SubmitEvidence) {
  const { view, challenge } = await find(context, id, input.attestationId);
  requireAllowed(context, attestationSubmit, view.agent);
  requireAttesting(stateAt(view, context.clock.now()), context.settings);
  const submission = await readSubmission(context, input);
  const first = await firstResult(context, challenge, submission);
  if (first !== undefined) return answer(context, view, first);
  const judgement = await judge(context, view, challenge, submission);
  const recorded = await record(context, { id, challengeId: challenge.id, before: view, submission, judgement });
  const { verdict, failures } = recorded.row;
  if (recorded.isNew) context.meter.verified(verdict, new Set(failures.map(({ code }) => code)));
  return answer(context, recorded.view, recorded.row);
}

const underWay = new Set<Id<'Agent'>>();

/** In this process; in others the lock on the agent's row decides. An honest agent waits for each answer. */
async function oneAtATime<T>(agentId: Id<'Agent'>, run: () => Promise<T>): Promise<T> {
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

/** In some states evidence cannot change anything; the server then reads none of it. */
function requireAttesting(state: AgentState, { recoversAutomatically }: Settings): void {
  const canChange = (['ACCEPT', 'REJECT'] as const).some(
    (event) => nextState(state, event, { recoversAutomatically }) !== null,
  );
  if (!canChange) throw attestsNothing(state);
}

const attestsNothing = (state: AgentState) => unauthenticated(`Agents in state ${state} cannot attest.`);

async function find(context: Context, agentId: Id<'Agent'>, attestationId: Id<'Attestation'>) {
  const view = await findViewById(context.db, agentId);
  const challenge = await findChallenge(context.db, agentId, attestationId);
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
  readonly challengeId: Id<'Attestation'>;
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

/** Evidence that changes no state is a routine report; a rejection or a new state is a change. */
function record(context: Context, judged: Judged): Promise<Recorded> {
  const policy = attestationSubmit.name;
  const change = (act: Act) => recordChange(act, judged);
  const { before, judgement } = judged;
  if (!isRoutine(before, judgement.result, context.clock.now())) return mutate(context, { policy }, change);
  return observe(context, { policy, lock: lockViewById }, (act) => recordRoutine(act, judged), change);
}

/** Whether a result leaves a TRUSTED agent TRUSTED. An agent that is TRUSTED by the clock is so in its row too. */
function isRoutine(view: AgentView, { verdict }: VerificationResult, now: Date): boolean {
  return verdict === 'ACCEPTED' && stateAt(view, now) === 'TRUSTED';
}

async function recordRoutine(act: ObserveAct<AgentView>, judged: Judged): Promise<Recorded> {
  const { row: view } = act;
  const { challenge, first, result } = await reread(act, view, judged);
  if (first !== undefined) return { view, row: first, isNew: false };
  if (!isRoutine(view, result, act.now)) return act.changesState();
  const agent = { ...view.agent, trustedUntil: trustedUntil(act) };
  await setTrust(act.tx, agent.id, agent.trustState, agent.trustedUntil);
  const outcome = { id: newId('AttestationResult'), result, stateAfter: 'TRUSTED' } as const;
  return write(act, { ...view, agent }, challenge, judged, outcome);
}

async function recordChange(act: Act, judged: Judged): Promise<Recorded> {
  const view = await lockViewById(act.tx, judged.id);
  if (view === undefined) throw notFound('attestation');
  const { challenge, first, result } = await reread(act, view, judged);
  if (first !== undefined) return act.unchanged({ view, row: first, isNew: false });
  const id = newId('AttestationResult');
  const { agent, from, to } = await judgeTrust(act, view, result, id);
  const recorded = await write(act, { ...view, agent }, challenge, judged, { id, result, stateAfter: to });
  const codes = [...new Set(result.failures.map((failure) => failure.code))].slice(0, CODES_IN_AUDIT);
  await act.audit({
    action: result.verdict === 'ACCEPTED' ? 'attestation.accepted' : 'attestation.rejected',
    ...aboutAgent(view),
    details: { resultId: id, from, to, codes },
  });
  return recorded;
}

/** Reads again what the result depends on. The agent's row is locked, and whatever changes its challenges locks it. */
async function reread(act: WriteAct, after: AgentView, { id, challengeId, before, submission, judgement }: Judged) {
  const challenge = await findChallenge(act.tx, id, challengeId);
  if (challenge === undefined) throw notFound('attestation');
  requireAllowed(act, attestationSubmit, after.agent);
  const first = await firstResult({ db: act.tx }, challenge, submission);
  const result = await resultNow(act.tx, challenge, { before, after }, judgement);
  return { challenge, first, result };
}

interface Outcome {
  readonly id: Id<'AttestationResult'>;
  readonly result: VerificationResult;
  readonly stateAfter: AgentState;
}

/** Writes a result, and what is kept of it to judge the next. @param view The agent with the trust that it has now. */
async function write(
  act: WriteAct,
  { agent, record }: AgentView,
  challenge: ChallengeRow,
  { submission, judgement }: Judged,
  { id, result, stateAfter }: Outcome,
): Promise<Recorded> {
  const row = await insertResult(act.tx, {
    id,
    agentId: agent.id,
    domainId: agent.domainId,
    projectId: agent.projectId,
    attestationId: challenge.id,
    verdict: result.verdict,
    failures: result.failures,
    counts: result.counts,
    allowlistRevisionId: judgement.revisionId,
    stateAfter,
    receivedAt: act.now,
  });
  const change = { ...tally(record, result, act.now), lastResultId: id };
  await updateRecord(act.tx, agent.id, change);
  if (challenge.state === 'OPEN') {
    await updateChallenge(act.tx, challenge.id, { state: 'USED', evidenceDigest: submission.digest, resultId: id });
  }
  return { view: { agent, record: { ...record, ...change } }, row, isNew: true };
}

/** Raises or lowers trust by a result and returns the agent after it; a failed exchange changes no trust. */
async function judgeTrust(act: Act, view: AgentView, result: VerificationResult, resultId: Id<'AttestationResult'>) {
  const { agent } = view;
  const from = stateAt(view, act.now);
  const cause = eventOf(result);
  const { recoversAutomatically } = act.context.settings;
  const to = cause === null ? from : nextState(from, cause, { recoversAutomatically });
  if (to === null) throw attestsNothing(from);
  const updatedAt = act.now;
  if (cause === null || (to !== 'TRUSTED' && to === storedState(view))) {
    await changeAgents(act, [agent]);
    return { agent: { ...agent, updatedAt }, from, to };
  }
  const until = to === 'TRUSTED' ? trustedUntil(act) : null;
  await moveTrust(act, view, { to, trustedUntil: until, cause, resultId });
  return { agent: { ...agent, trustState: to, trustedUntil: until, updatedAt }, from, to };
}

function trustedUntil({ now, context: { settings } }: WriteAct): Date {
  return new Date(now.getTime() + settings.attestationIntervalMs * settings.attestationGrace);
}

function tally(record: AgentView['record'], result: VerificationResult, now: Date) {
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

import {
  type Act,
  type Context,
  type Grounds,
  mutate,
  type ObserveAct,
  observe,
  requireAllowed,
  type WriteAct,
} from '../../authority/index.js';
import type { Db } from '../../db/open.js';
import { aboutAgent, changeAgents, setTrust } from '../../identity/agents/index.js';
import { notFound, unauthenticated } from '../../platform/errors.js';
import { type Id, newId } from '../../platform/ids.js';
import { type AgentView, lockViewById, moveTrust, stateAt, storedState, updateRecord } from '../records/index.js';
import { type AttestationResultRow, findResult, insertResult, storable } from '../results/index.js';
import { type AgentState, eventOf, nextState, type VerificationResult, worstOf } from '../verifier/index.js';
import { type Challenge, stateOf, voided } from './challenge.js';
import type { Submission } from './evidence.js';
import { type Judgement, resultNow } from './judgement.js';
import { attestationSubmit } from './policies.js';
import { insertAtOnce } from './repository.js';

const CODES_IN_AUDIT = 20;

/** Evidence with its judgement, which is not recorded yet. */
export interface JudgedEvidence {
  readonly challenge: Challenge;
  /** The agent as it was when it was judged. */
  readonly before: AgentView;
  readonly submission: Submission;
  readonly judgement: Judgement;
}

/** `isNew` unless the same evidence was judged before. */
export interface Recorded {
  readonly view: AgentView;
  readonly row: AttestationResultRow;
  readonly isNew: boolean;
}

/** The result of evidence that is sent again, because its answer may have been lost. */
export async function firstResult(
  db: Db,
  { record }: AgentView,
  challenge: Challenge,
  { digest }: Submission,
): Promise<AttestationResultRow | undefined> {
  const { answeredChallenge, answeredEvidence, answeredResultId } = record;
  const isAgain = answeredChallenge === challenge.id && answeredEvidence === digest;
  return isAgain && answeredResultId !== null ? findResult(db, answeredResultId) : undefined;
}

export const attestsNothing = (state: AgentState) => unauthenticated(`Agents in state ${state} cannot attest.`);

/** Evidence that changes no state is a routine report; a rejection or a new state is a change. */
export function record(context: Context, judged: JudgedEvidence): Promise<Recorded> {
  const policy = attestationSubmit.name;
  const change = (act: Act) => recordChange(act, judged);
  const { before, judgement } = judged;
  if (!isRoutine(before, judgement.result, context.clock.now())) return mutate(context, { policy }, change);
  const atOnce = (grounds: Grounds) => recordAtOnce(context, judged, grounds);
  return observe(context, { policy, lock: lockViewById, atOnce }, (act) => recordRoutine(act, judged), change);
}

/** Whether a result leaves a TRUSTED agent TRUSTED. An agent that is TRUSTED by the clock is so in its row too. */
function isRoutine(view: AgentView, { verdict }: VerificationResult, now: Date): boolean {
  return verdict === 'ACCEPTED' && stateAt(view, now) === 'TRUSTED';
}

/** In one statement, for which everything must be as it was when the evidence was judged, and trust must last longer. */
async function recordAtOnce(context: Context, judged: JudgedEvidence, grounds: Grounds): Promise<Recorded | undefined> {
  const { before, judgement } = judged;
  const { trustedUntil: end } = before.agent;
  // Otherwise a return from STALE, which is a change, could pass for routine.
  if (end === null || end <= grounds.soon || context.actor.credentials.trust_state !== 'TRUSTED') return undefined;
  const outcome = { id: newId('AttestationResult'), result: judgement.result, stateAfter: 'TRUSTED' } as const;
  const { view, row } = outcomeOf(before, judged, outcome, grounds.now);
  const until = trustedUntil({ context, now: grounds.now });
  const written = { before, record: view.record, trustedUntil: until, row, grounds };
  if (!(await insertAtOnce(context.db, written))) return undefined;
  return { view: { ...view, agent: { ...view.agent, trustedUntil: until } }, row, isNew: true };
}

async function recordRoutine(act: ObserveAct<AgentView>, judged: JudgedEvidence): Promise<Recorded> {
  const { row: view } = act;
  const { first, result } = await reread(act, view, judged);
  if (first !== undefined) return { view, row: first, isNew: false };
  if (!isRoutine(view, result, act.now)) return act.changesState();
  const agent = { ...view.agent, trustedUntil: trustedUntil(act) };
  await setTrust(act.tx, agent.id, agent.trustState, agent.trustedUntil);
  const outcome = { id: newId('AttestationResult'), result, stateAfter: 'TRUSTED' } as const;
  return write(act, { ...view, agent }, judged, outcome);
}

async function recordChange(act: Act, judged: JudgedEvidence): Promise<Recorded> {
  const view = await lockViewById(act.tx, judged.before.agent.id);
  if (view === undefined) throw notFound('attestation');
  const { first, result } = await reread(act, view, judged);
  if (first !== undefined) return act.unchanged({ view, row: first, isNew: false });
  const id = newId('AttestationResult');
  const { agent, from, to } = await judgeTrust(act, view, result, id);
  const recorded = await write(act, { ...view, agent }, judged, { id, result, stateAfter: to });
  const codes = [...new Set(result.failures.map((failure) => failure.code))].slice(0, CODES_IN_AUDIT);
  await act.audit({
    action: result.verdict === 'ACCEPTED' ? 'attestation.accepted' : 'attestation.rejected',
    ...aboutAgent(view),
    details: { resultId: id, from, to, codes },
  });
  return recorded;
}

/** Reads again what the result depends on. The agent's rows are locked, and whatever voids its challenges locks them. */
async function reread(act: WriteAct, after: AgentView, { challenge, before, submission, judgement }: JudgedEvidence) {
  requireAllowed(act, attestationSubmit, after.agent);
  const first = await firstResult(act.tx, after, challenge, submission);
  const result = await resultNow(act.tx, challenge, { before, after }, judgement);
  return { first, result };
}

interface Outcome {
  readonly id: Id<'AttestationResult'>;
  readonly result: VerificationResult;
  readonly stateAfter: AgentState;
}

/** Writes a result, and what is kept of it to judge the next. @param view The agent with the trust that it has now. */
async function write(act: WriteAct, view: AgentView, judged: JudgedEvidence, outcome: Outcome): Promise<Recorded> {
  const { row, change, ...after } = outcomeOf(view, judged, outcome, act.now);
  await insertResult(act.tx, row);
  await updateRecord(act.tx, view.agent.id, change);
  return { view: after.view, row, isNew: true };
}

/** What a result writes: its row, the change of the agent's record, and the agent after both. */
function outcomeOf(
  { agent, record }: AgentView,
  { challenge, submission, judgement }: JudgedEvidence,
  { id, result, stateAfter }: Outcome,
  now: Date,
) {
  const row = storable({
    id,
    agentId: agent.id,
    domainId: agent.domainId,
    projectId: agent.projectId,
    attestationId: null,
    verdict: result.verdict,
    failures: result.failures,
    counts: result.counts,
    allowlistRevisionId: judgement.revisionId,
    stateAfter,
    receivedAt: now,
  });
  const answered = {
    ...voided(record),
    answeredChallenge: challenge.id,
    answeredEvidence: submission.digest,
    answeredResultId: id,
  };
  const isOpen = stateOf(challenge, record) === 'OPEN';
  const change = { ...tally(record, result, now), lastResultId: id, ...(isOpen && answered) };
  return { row, change, view: { agent, record: { ...record, ...change } } };
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

function trustedUntil({ now, context: { settings } }: Pick<WriteAct, 'now'> & { context: Pick<Context, 'settings'> }) {
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

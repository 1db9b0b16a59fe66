import { type Context, requireAllowed, requireOperation, type Settings } from '../../authority/index.js';
import { notFound, rateLimited } from '../../platform/errors.js';
import type { Id } from '../../platform/ids.js';
import { type AgentView, stateAt, told } from '../records/index.js';
import type { AttestationResultRow } from '../results/index.js';
import { type AgentState, nextState } from '../verifier/index.js';
import { challengeKey } from './begin.js';
import { readChallenge } from './challenge.js';
import { readSubmission, type SubmitEvidence } from './evidence.js';
import { judge } from './judgement.js';
import { attestationSubmit } from './policies.js';
import { attestsNothing, firstResult, record } from './record.js';
import { findJudged } from './repository.js';

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
  const challenge = readChallenge(await challengeKey(context), id, input.attestationId);
  const judged = challenge === null ? undefined : await findJudged(context.db, id);
  if (challenge === null || judged === undefined) throw notFound('attestation');
  const { view } = judged;
  requireAllowed(context, attestationSubmit, view.agent);
  requireAttesting(stateAt(view, context.clock.now()), context.settings);
  const submission = await readSubmission(context, input);
  const first = await firstResult(context.db, view, challenge, submission);
  if (first !== undefined) return answer(context, view, first);
  const judgement = await judge(context, judged, challenge, submission);
  const recorded = await record(context, { challenge, before: view, submission, judgement });
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

function answer(context: Context, view: AgentView, result: AttestationResultRow) {
  const nextAttestationAt = new Date(result.receivedAt.getTime() + context.settings.attestationIntervalMs);
  return { result, agent: told(context, view), nextAttestationAt };
}

import { type Context, mutate, requireAllowed } from '../../authority/index.js';
import { type AgentRef, type AgentRow, aboutAgent } from '../../identity/agents/index.js';
import { invalid } from '../../platform/errors.js';
import type { Policy } from '../../platform/policy/index.js';
import { validText } from '../../platform/text.js';
import { findBanOf, removeBan } from '../bans/index.js';
import { lockAgent, requireAgentEtag, requireRecord, stateAt, told } from '../records/index.js';
import { type AgentEvent, type AgentState, nextState } from '../verifier/index.js';
import { move } from './move.js';
import { agentBan, agentReset, agentRetire } from './policies.js';

export interface OperateAgent {
  readonly agent: AgentRef;
  readonly reason?: string | null | undefined;
  /** The etag of the agent that the caller read. */
  readonly etag?: string | null | undefined;
}

interface Operation {
  readonly policy: Policy<AgentRow>;
  /** Past participle, for the audit log and error messages. */
  readonly done: 'reset' | 'banned' | 'unbanned' | 'retired';
  /** Possible events; the first one that the state allows applies. */
  readonly events: readonly AgentEvent[];
}

const RESET: Operation = { policy: agentReset, done: 'reset', events: ['RESET', 'UNBAN'] };
const BAN: Operation = { policy: agentBan, done: 'banned', events: ['BAN'] };
const UNBAN: Operation = { policy: agentBan, done: 'unbanned', events: ['UNBAN'] };
const RETIRE: Operation = { policy: agentRetire, done: 'retired', events: ['RETIRE'] };

/** Resets a FAILED or BANNED agent to PENDING. @throws UserErrors INVALID in any other state. */
export const resetAgent = (context: Context, input: OperateAgent) => operate(context, RESET, input);
/** Bans an agent with its endorsement key, and revokes its tokens. @throws UserErrors INVALID when it is retired. */
export const banAgent = (context: Context, input: OperateAgent) => operate(context, BAN, input);
/** Lifts a ban; of a retired agent, that of its key. @throws UserErrors INVALID when neither is banned. */
export const unbanAgent = (context: Context, input: OperateAgent) => operate(context, UNBAN, input);
/** Retires an agent permanently and frees its keys. @throws UserErrors INVALID when it is retired already. */
export const retireAgent = (context: Context, input: OperateAgent) => operate(context, RETIRE, input);

async function operate(context: Context, operation: Operation, input: OperateAgent) {
  const { policy, done } = operation;
  const reason = validText(input.reason, 'reason');
  const endsRights = operation === BAN || operation === RETIRE;
  const view = await mutate(context, { policy: policy.name }, async (act) => {
    const found = await lockAgent(act, input.agent);
    const ban = await findBanOf(act.tx, found.agent.id);
    requireAllowed(act, policy, { ...found.agent, nodeId: found.agent.nodeId ?? ban?.nodeId ?? null });
    const before = requireRecord(found);
    const from = stateAt(before, act.now);
    requireAgentEtag(before, act.now, input.etag);
    const isOfKeyAlone = done === 'unbanned' && from === 'RETIRED' && ban !== undefined;
    const { event: cause, to } = isOfKeyAlone ? { event: 'UNBAN' as const, to: from } : transitionOf(from, operation);
    if (endsRights) await act.changeRights();
    if (!isOfKeyAlone) await move(act, before, { to, trustedUntil: null, cause });
    if (cause === 'UNBAN' && ban !== undefined) await removeBan(act.tx, ban);
    const { nodeId } = before.agent;
    const details = { from, to, reason, ...(nodeId && { nodeId }) };
    await act.audit({ action: `agent.${done}`, ...aboutAgent(before), details });
    return lockAgent(act, { id: before.agent.id });
  });
  return { agent: told(context, view) };
}

function transitionOf(from: AgentState, { events, done }: Operation) {
  for (const event of events) {
    const to = nextState(from, event, { recoversAutomatically: false });
    // Repeating an operation would change nothing but report a change.
    if (to !== null && to !== from) return { event, to };
  }
  throw invalid(`An agent that is ${from} cannot be ${done}.`, 'agent');
}

import type { AnyResolver, Context } from '../../authority/index.js';
import type { PageArgs } from '../../platform/pagination.js';
import { payload } from '../../platform/payload.js';
import { loadAllowlist } from '../allowlists/index.js';
import { loadResult, resultsOf } from '../results/service.js';
import { type BeginAttestation, beginAttestation } from './begin.js';
import { type BindAllowlist, bindAllowlist, type CreateAgent, createAgent } from './create.js';
import { type ActivateAgent, activateAgent, type EnrollAgent, enrollAgent } from './enrolment.js';
import type { SubmitEvidence } from './evidence.js';
import { type AgentsArgs, listAgents } from './list.js';
import { type LogInAgent, logInAgent } from './log-in.js';
import { banAgent, type OperateAgent, resetAgent, retireAgent, unbanAgent } from './operations.js';
import type { AgentView } from './repository.js';
import { submitEvidence } from './submit.js';
import { type AgentRef, getAgent, loadAgent, remember, stateAt } from './views.js';

interface Parent {
  readonly id: string;
}

/** A mutation of one input, whose mistakes a caller can correct are data. */
function mutation<Input>(run: (context: Context, input: Input) => Promise<object>, empty: object = {}) {
  return (_: unknown, { input }: { input: Input }, context: Context) => payload(() => run(context, input), empty);
}

/** A field that is answered from both rows of an agent; null where the caller may not read it. */
function field<T>(read: (view: AgentView, context: Context) => T) {
  return async ({ id }: Parent, _: unknown, context: Context): Promise<Awaited<T> | null> => {
    const view = await loadAgent(context).load(id);
    return view === null ? null : await read(view, context);
  };
}

export const recordResolvers = {
  Query: {
    agent: async (_: unknown, { ref }: { ref: AgentRef }, context: Context) => {
      const view = await getAgent(context, ref);
      remember(context, view);
      return view.agent;
    },
    agents: (_: unknown, args: AgentsArgs, context: Context) => listAgents(context, args),
  },
  Mutation: {
    createAgent: mutation<CreateAgent>(createAgent, { alreadyIssued: false }),
    bindAllowlist: mutation<BindAllowlist>(bindAllowlist),
    enrollAgent: mutation<EnrollAgent>(enrollAgent),
    activateAgent: mutation<ActivateAgent>(activateAgent),
    logInAgent: mutation<LogInAgent>(logInAgent),
    beginAttestation: mutation<BeginAttestation | null | undefined>((context, input) =>
      beginAttestation(context, input ?? {}),
    ),
    submitEvidence: mutation<SubmitEvidence>(submitEvidence),
    resetAgent: mutation<OperateAgent>(resetAgent),
    banAgent: mutation<OperateAgent>(banAgent),
    unbanAgent: mutation<OperateAgent>(unbanAgent),
    retireAgent: mutation<OperateAgent>(retireAgent),
  },
  Agent: {
    state: field((view, { clock }) => stateAt(view, clock.now())),
    trustedUntil: field(({ agent }) => agent.trustedUntil),
    tpmKind: field(({ record }) => record.tpmKind),
    allowlist: field(({ record }, context) =>
      record.allowlistId === null ? null : loadAllowlist(context).load(record.allowlistId),
    ),
    acceptedCount: field(({ record }) => record.acceptedCount),
    rejectedCount: field(({ record }) => record.rejectedCount),
    firstAcceptedAt: field(({ record }) => record.firstAcceptedAt),
    lastAcceptedAt: field(({ record }) => record.lastAcceptedAt),
    lastRejectedAt: field(({ record }) => record.lastRejectedAt),
    lastSeverity: field(({ record }) => record.lastSeverity?.toUpperCase() ?? null),
    lastResult: field(({ record }, context) =>
      record.lastResultId === null ? null : loadResult(context).load(record.lastResultId),
    ),
    attestationResults: ({ id }: Parent, args: PageArgs, context: Context) => resultsOf(context, id, args),
  },
} satisfies Record<string, Record<string, AnyResolver>>;

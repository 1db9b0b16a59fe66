import type { GraphQLResolveInfo } from 'graphql';
import type { AnyResolver, Context } from '../../authority/index.js';
import { cursorOf, type EventRow } from '../../events/index.js';
import { fieldsBelow } from '../../platform/look-ahead.js';
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
import { submitEvidence } from './submit.js';
import { type AgentRef, type AgentShape, agentEtag, getAgent, loadAgent, told } from './views.js';

/** A mutation of one input, whose mistakes a caller can correct are data. */
function mutation<Input>(run: (context: Context, input: Input) => Promise<object>, empty: object = {}) {
  return (_: unknown, { input }: { input: Input }, context: Context) => payload(() => run(context, input), empty);
}

export const recordResolvers = {
  Query: {
    agent: async (_: unknown, { ref }: { ref: AgentRef }, context: Context) =>
      told(context, await getAgent(context, ref)),
    agents: (_: unknown, args: AgentsArgs, context: Context, info: GraphQLResolveInfo) =>
      listAgents(context, args, fieldsBelow(info)),
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
  Viewer: {
    // Alone, the identity domain tells the principal, and a router asks here for the rest.
    agent: ({ kind, principalId }: { kind: string; principalId: string }, _: unknown, context: Context) =>
      kind === 'AGENT' ? loadAgent(context).load(principalId) : null,
  },
  AgentTrustChanged: {
    cursor: cursorOf,
    from: ({ details }: EventRow) => details.from,
    to: ({ details }: EventRow) => details.to,
    agent: ({ objectId }: EventRow, _: unknown, context: Context) => loadAgent(context).load(objectId),
  },
  Agent: {
    etag: agentEtag,
    allowlist: ({ allowlist, allowlistId }: AgentShape, _: unknown, context: Context) =>
      allowlist !== undefined || allowlistId === null ? allowlist : loadAllowlist(context).load(allowlistId),
    lastResult: ({ lastResultId }: AgentShape, _: unknown, context: Context) =>
      lastResultId === null ? null : loadResult(context).load(lastResultId),
    attestationResults: ({ id }: AgentShape, args: PageArgs, context: Context, info: GraphQLResolveInfo) =>
      resultsOf(context, id, args, fieldsBelow(info)),
  },
} satisfies Record<string, Record<string, AnyResolver>>;

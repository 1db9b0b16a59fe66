import type { GraphQLResolveInfo } from 'graphql';
import type { Context } from '../../authority/index.js';
import { cursorOf, type EventRow } from '../../events/index.js';
import { fieldsBelow } from '../../platform/look-ahead.js';
import { inputMutation } from '../../platform/payload.js';
import { loadAllowlist } from '../allowlists/index.js';
import { bindAllowlist, createAgent } from './create.js';
import type { AgentShape } from './fields.js';
import { type AgentsArgs, listAgents } from './list.js';
import { type AgentRef, agentEtag, getAgent, loadAgent, told } from './views.js';

export const recordResolvers = {
  Query: {
    agent: async (_: unknown, { ref }: { ref: AgentRef }, context: Context) =>
      told(context, await getAgent(context, ref)),
    agents: (_: unknown, args: AgentsArgs, context: Context, info: GraphQLResolveInfo) =>
      listAgents(context, args, fieldsBelow(info)),
  },
  Mutation: {
    createAgent: inputMutation(createAgent, { alreadyIssued: false }),
    bindAllowlist: inputMutation(bindAllowlist),
  },
  Viewer: {
    // Needed behind a router: the identity domain returns the principal, and the router fetches the agent here.
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
  },
};

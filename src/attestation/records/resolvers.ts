import type { GraphQLResolveInfo } from 'graphql';
import type { Context, Principal } from '../../authority/index.js';
import { cursorOf, type EventRow } from '../../events/index.js';
import type {
  AllowlistAgentsArgs,
  CreateAgentInput,
  ProjectAgentsArgs,
  QueryAgentArgs,
  QueryAgentCountsArgs,
  QueryAgentsArgs,
  UpdateAgentInput,
} from '../../generated/graphql.js';
import { type Id, toId, withIds } from '../../platform/ids.js';
import { fieldsBelow } from '../../platform/look-ahead.js';
import { inputMutation } from '../../platform/payload.js';
import { type AllowlistRow, loadAllowlist } from '../allowlists/index.js';
import { agentsOfAllowlist, agentsOfProject } from './below.js';
import { countAgents } from './counts.js';
import { createAgent } from './create.js';
import type { AgentShape } from './fields.js';
import { listAgents } from './list.js';
import { updateAgent } from './update.js';
import { agentEtag, getAgent, loadAgent, told } from './views.js';

/** The list that an input binds. */
const ALLOWLIST = { allowlist: { id: 'Allowlist' } } as const;

export const recordResolvers = {
  Query: {
    agent: async (_: unknown, { ref }: QueryAgentArgs, context: Context) =>
      told(context, await getAgent(context, withIds(ref, { id: 'Agent' }))),
    agents: (_: unknown, args: QueryAgentsArgs, context: Context, info: GraphQLResolveInfo) =>
      listAgents(
        context,
        withIds(args, { filter: { allowlistIds: 'Allowlist', projectIds: 'Project' } }),
        fieldsBelow(info),
      ),
    agentCounts: (_: unknown, { filter }: QueryAgentCountsArgs, context: Context) =>
      countAgents(context, withIds(filter ?? {}, { allowlistIds: 'Allowlist', projectIds: 'Project' })),
  },
  Mutation: {
    createAgent: inputMutation(
      (context: Context, input: CreateAgentInput) => createAgent(context, withIds(input, ALLOWLIST)),
      { alreadyIssued: false },
    ),
    updateAgent: inputMutation((context: Context, input: UpdateAgentInput) =>
      updateAgent(context, withIds(input, { agent: { id: 'Agent' } })),
    ),
  },
  Viewer: {
    // Alone, the identity domain tells the principal, and a router asks here for the rest.
    agent: ({ principal }: { principal: Principal }, _: unknown, context: Context) =>
      principal.kind === 'agent' ? loadAgent(context).load(principal.id) : null,
  },
  AgentTrustChanged: {
    cursor: cursorOf,
    from: ({ details }: EventRow) => details.from,
    to: ({ details }: EventRow) => details.to,
    agent: ({ objectId }: EventRow, _: unknown, context: Context) => loadAgent(context).load(toId('Agent', objectId)),
  },
  Allowlist: {
    agents: ({ id }: AllowlistRow, args: AllowlistAgentsArgs, context: Context, info: GraphQLResolveInfo) =>
      agentsOfAllowlist(context, id, args, fieldsBelow(info)),
  },
  Project: {
    agents: ({ id }: { id: Id<'Project'> }, args: ProjectAgentsArgs, context: Context, info: GraphQLResolveInfo) =>
      agentsOfProject(context, id, args, fieldsBelow(info)),
  },
  Agent: {
    etag: agentEtag,
    allowlist: ({ allowlist, allowlistId }: AgentShape, _: unknown, context: Context) =>
      allowlist !== undefined || allowlistId === null ? allowlist : loadAllowlist(context).load(allowlistId),
  },
};

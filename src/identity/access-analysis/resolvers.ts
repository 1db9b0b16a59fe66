import type { Context } from '../../authority/index.js';
import type {
  QueryEffectivePermissionsArgs,
  QueryEffectiveRoleAssignmentsArgs,
  QueryExplainDecisionArgs,
  QueryWhoCanArgs,
} from '../../generated/graphql.js';
import { type Id, withIds } from '../../platform/ids.js';
import { loadAgentPrincipal } from '../agents/index.js';
import { SCOPE_IDS } from '../scopes/index.js';
import { loadUser } from '../users/index.js';
import { listEffectiveAssignments } from './effective-assignments.js';
import { explainDecision } from './explain.js';
import { effectivePermissions } from './permissions.js';
import { whoCan } from './who-can.js';

interface Principal {
  readonly userId: Id<'User'> | null;
  readonly agentId?: Id<'Agent'> | null;
}
const user = ({ userId }: Principal, _: object, context: Context) => userId && loadUser(context).load(userId);
const agent = ({ agentId }: Principal, _: object, context: Context) =>
  agentId && loadAgentPrincipal(context).load(agentId);

const PRINCIPAL = { user: { id: 'User' }, agent: { id: 'Agent' } } as const;

export const accessAnalysisResolvers = {
  Query: {
    effectivePermissions: (_: unknown, args: QueryEffectivePermissionsArgs, context: Context) =>
      effectivePermissions(context, withIds(args, { principal: PRINCIPAL, scope: SCOPE_IDS })),
    effectiveRoleAssignments: (_: unknown, args: QueryEffectiveRoleAssignmentsArgs, context: Context) =>
      listEffectiveAssignments(context, withIds(args, { filter: { userIds: 'User', scope: SCOPE_IDS } })),
    whoCan: (_: unknown, args: QueryWhoCanArgs, context: Context) =>
      whoCan(context, withIds(args, { scope: SCOPE_IDS })),
    explainDecision: (_: unknown, args: QueryExplainDecisionArgs, context: Context) =>
      explainDecision(context, withIds(args, { principal: PRINCIPAL, scope: SCOPE_IDS })),
  },
  EffectivePermissions: { user, agent },
  EffectiveRoleAssignment: { user },
  CapablePrincipal: { user, agent },
  WhoCanConnection: {
    hiddenCount: ({ countHidden }: Awaited<ReturnType<typeof whoCan>>) => countHidden(),
  },
};

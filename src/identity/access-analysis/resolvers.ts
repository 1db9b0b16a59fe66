import type { Context } from '../../authority/index.js';
import type {
  QueryEffectivePermissionsArgs,
  QueryEffectiveRoleAssignmentsArgs,
  QueryExplainDecisionArgs,
  QueryWhoCanArgs,
} from '../../generated/graphql.js';
import { loadAgentPrincipal } from '../agents/index.js';
import { loadUser } from '../users/index.js';
import { listEffectiveAssignments } from './effective-assignments.js';
import { explainDecision } from './explain.js';
import { effectivePermissions } from './permissions.js';
import { whoCan } from './who-can.js';

interface Principal {
  readonly userId: string | null;
  readonly agentId?: string | null;
}
const user = ({ userId }: Principal, _: object, context: Context) => userId && loadUser(context).load(userId);
const agent = ({ agentId }: Principal, _: object, context: Context) =>
  agentId && loadAgentPrincipal(context).load(agentId);

export const accessAnalysisResolvers = {
  Query: {
    effectivePermissions: (_: unknown, args: QueryEffectivePermissionsArgs, context: Context) =>
      effectivePermissions(context, args),
    effectiveRoleAssignments: (_: unknown, args: QueryEffectiveRoleAssignmentsArgs, context: Context) =>
      listEffectiveAssignments(context, args),
    whoCan: (_: unknown, args: QueryWhoCanArgs, context: Context) => whoCan(context, args),
    explainDecision: (_: unknown, args: QueryExplainDecisionArgs, context: Context) => explainDecision(context, args),
  },
  EffectivePermissions: { user, agent },
  EffectiveRoleAssignment: { user },
  CapablePrincipal: { user, agent },
  WhoCanConnection: {
    hiddenCount: ({ countHidden }: Awaited<ReturnType<typeof whoCan>>) => countHidden(),
  },
};

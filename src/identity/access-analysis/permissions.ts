import { type Context, requireOperation } from '../../authority/index.js';
import type { Id } from '../../platform/ids.js';
import type { Subject } from '../../platform/policy/index.js';
import type { ScopeInput } from '../scopes/index.js';
import { pathsTo, type RolePath, type ScopeView, scopeView } from './paths.js';
import { permissionGet } from './policies.js';
import { agentAt, askedAbout, type PrincipalInput } from './principals.js';
import { rightsOf, rolesNeeded } from './rights.js';

/** A policy that allows: the shape of `EffectivePermission`. */
interface Permission {
  readonly policy: string;
  readonly dependsOnTarget: boolean;
  readonly roles: readonly string[];
  readonly paths: readonly RolePath[];
}

/** Shape of `EffectivePermissions`. */
export interface PermissionsView {
  readonly userId: Id<'User'> | null;
  readonly agentId: Id<'Agent'> | null;
  readonly scope: ScopeView;
  readonly roles: readonly string[];
  readonly permissions: readonly Permission[];
}

/** What a principal may do at a scope, and the roles that allow it. */
export async function effectivePermissions(
  context: Context,
  args: { principal: PrincipalInput; scope?: ScopeInput | null | undefined },
): Promise<PermissionsView> {
  requireOperation(context, permissionGet.name);
  const asked = await askedAbout(context, args.principal, args.scope);
  if (asked.kind === 'agent') {
    const { id: agentId, domainId, projectId } = asked.agent;
    const subject = agentAt(asked.agent, context.clock.now());
    const permissions = permissionsOf(context, subject, () => ({ roles: [], paths: [] }));
    return { userId: null, agentId, scope: { type: 'AGENT', domainId, projectId }, roles: [], permissions };
  }
  const { user, scope } = asked;
  const { held, graph, roles, subject } = await rightsOf(context, user, scope);
  const permissions = permissionsOf(context, subject, (question, allowed) => {
    const needed = rolesNeeded(graph, question, allowed);
    return { roles: needed, paths: pathsTo(context, graph, held, scope, needed) };
  });
  return { userId: user.id, agentId: null, scope: scopeView(scope), roles, permissions };
}

/** Every policy that allows the subject, with the reasons. */
function permissionsOf(
  { policies }: Context,
  subject: Subject | null,
  reasons: (
    question: ReturnType<Context['policies']['question']>,
    subject: Subject,
  ) => Pick<Permission, 'roles' | 'paths'>,
): Permission[] {
  if (subject === null) return [];
  return policies.list().flatMap(({ name }) => {
    const question = policies.question(name);
    if (!question.allows(subject)) return [];
    const dependsOnTarget = policies.targetOf(name) !== undefined;
    return { policy: name, dependsOnTarget, ...reasons(question, subject) };
  });
}

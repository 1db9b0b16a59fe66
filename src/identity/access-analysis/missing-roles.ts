import { type MissingRoles, mayOn } from '../../authority/index.js';
import { roleGet, roleGraph } from '../roles/index.js';
import { permissionGet } from './policies.js';
import { remedyForUser } from './remedy.js';

/** What `explainDecision` would tell the caller of itself, and nothing where it may not ask that. */
export const missingRoles: MissingRoles = async (context, policy, values) => {
  const { policies, actor, db, inForce } = context;
  const { where, principal } = actor;
  if (principal?.kind !== 'user' || where === null || where.type === 'unscoped' || where.type === 'agent') return [];
  const scope = { domainId: null, projectId: null, ...where };
  if (!mayOn(context, permissionGet, { userId: principal.id, domainId: scope.domainId })) return [];
  const graph = await roleGraph(db, inForce, actor.epoch, scope.domainId);
  const asked = policies.question(policy, values);
  const { missing } = remedyForUser(asked, graph, actor, scope, (role) => mayOn(context, roleGet, role));
  return missing.map(({ role }) => role);
};

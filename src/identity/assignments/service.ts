import { and, eq, isNull } from 'drizzle-orm';
import {
  type Act,
  bumpEpoch,
  byId,
  type Context,
  defineLoader,
  mayOn,
  mutate,
  requireAllowed,
  requireVisible,
} from '../../authority/index.js';
import { violates } from '../../db/errors.js';
import { alreadyExists, invalid, notFound } from '../../platform/errors.js';
import { newId } from '../../platform/ids.js';
import { type Connection, connection, type PageArgs, pageRequest } from '../../platform/pagination.js';
import { validText } from '../../platform/text.js';
import { roles } from '../roles/tables.js';
import { resolveScope, type ScopeInput } from '../scopes/index.js';
import { findUser, type UserRef, userGet } from '../users/index.js';
import { requireMayGive } from './giving.js';
import { assignmentGrant, assignmentList } from './policies.js';
import * as repository from './repository.js';
import { type AssignmentRow, roleAssignments } from './tables.js';

export interface GrantRole {
  readonly user: UserRef;
  readonly role: string;
  readonly scope: ScopeInput;
  readonly isInherited?: boolean | null | undefined;
  readonly notBefore?: Date | null | undefined;
  readonly expiresAt?: Date | null | undefined;
  readonly reason?: string | null | undefined;
}

export async function grantRole(context: Context, input: GrantRole): Promise<repository.NamedAssignment> {
  const reason = validText(input.reason, 'reason');
  if (input.notBefore && input.expiresAt && input.notBefore >= input.expiresAt) {
    throw invalid('expiresAt must be later than notBefore.', 'expiresAt');
  }
  return mutate(context, { policy: assignmentGrant.name, changesRights: true }, async (act) => {
    const user = requireVisible(act, userGet, await findUser(act.tx, input.user), 'user');
    const role = await requireRole(act, input.role);
    const scope = await resolveScope(act.tx, input.scope, 'scope');
    if (scope === undefined) throw notFound('scope');
    const row: AssignmentRow = {
      id: newId('RoleAssignment'),
      userId: user.id,
      groupId: null,
      roleId: role.id,
      scopeType: scope.type,
      domainId: scope.domainId,
      projectId: scope.projectId,
      isInherited: input.isInherited ?? false,
      notBefore: input.notBefore ?? null,
      expiresAt: input.expiresAt ?? null,
      reason,
      createdAt: act.now,
    };
    if (!mayOn(act, assignmentGrant, row)) throw notFound('scope');
    if (row.isInherited && scope.type !== 'domain') throw invalid('Only a domain hands roles on.', 'isInherited');
    await requireMayGive(act, [row]);
    await insert(act, row, role.name);
    await bumpEpoch(act.tx);
    await record(act, 'role.granted', row, role.name);
    return { ...row, role: role.name };
  });
}

export async function revokeRole(
  context: Context,
  input: { roleAssignmentId: string },
): Promise<{ roleAssignmentId: string }> {
  return mutate(context, { policy: assignmentGrant.name, changesRights: true }, async (act) => {
    const found = await repository.findById(act.tx, input.roleAssignmentId);
    const { role, ...row } = requireVisible(act, assignmentList, found, 'role assignment');
    requireAllowed(act, assignmentGrant, row);
    await requireMayGive(act, [row]);
    await repository.remove(act.tx, row.id);
    await bumpEpoch(act.tx);
    await record(act, 'role.revoked', row, role);
    return { roleAssignmentId: row.id };
  });
}

async function requireRole(act: Act, name: string) {
  const [role] = await act.tx
    .select()
    .from(roles)
    .where(and(isNull(roles.domainId), eq(roles.name, name.toLowerCase())));
  if (!role) throw notFound('role');
  return role;
}

async function insert(act: Act, row: AssignmentRow, role: string): Promise<void> {
  try {
    await repository.insert(act.tx, row);
  } catch (error) {
    if (violates(error, 'role_assignments_key')) throw alreadyExists(`The user holds ${role} there.`, 'role');
    throw error;
  }
}

function record(act: Act, action: string, row: AssignmentRow, role: string): Promise<void> {
  const { domainId, projectId, userId, reason, scopeType } = row;
  const target = { type: 'RoleAssignment', id: row.id };
  return act.audit({ action, target, owner: { domainId, projectId }, details: { userId, role, scopeType, reason } });
}

const visibleTo = (context: Context) => context.policies.visible([assignmentList.name], context.actor, roleAssignments);

export async function listRoleAssignments(
  context: Context,
  args: PageArgs & { filter?: repository.AssignmentFilter | null | undefined },
): Promise<Connection<repository.NamedAssignment>> {
  const page = pageRequest(args);
  const rows = await repository.list(context.db, visibleTo(context), args.filter ?? {}, page);
  return connection(rows, page, (row) => [row.id]);
}

export const loadRoleAssignment = defineLoader(async (context, ids) =>
  byId(await repository.listByIds(context.db, visibleTo(context), ids)),
);

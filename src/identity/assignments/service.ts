import {
  type Act,
  type Action,
  byId,
  type Context,
  defineLoader,
  mayOn,
  mutate,
  once,
  requireAllowed,
  requireVisible,
} from '../../authority/index.js';
import { alreadyExists, invalid, limitReached, notFound } from '../../platform/errors.js';
import { type Id, newId } from '../../platform/ids.js';
import type { Connection, PageArgs } from '../../platform/pagination.js';
import { validText } from '../../platform/text.js';
import { findGroup, type GroupRef, groupGet } from '../groups/index.js';
import { homeOf } from '../names/index.js';
import { type RoleRef, requireRole, requireRoleEtag } from '../roles/index.js';
import type { RoleRow } from '../roles/tables.js';
import { type ResolvedScope, resolveScope, type ScopeInput } from '../scopes/index.js';
import { findUser, type UserRef, userGet } from '../users/index.js';
import { requireSystemAdmin } from './last-admin.js';
import { assignmentGrant, assignmentList } from './policies.js';
import * as repository from './repository.js';
import { requireMayGrant, requireMayRevoke } from './require-grant.js';
import { type AssignmentRow, roleAssignments } from './tables.js';

/** Far more than anybody needs; a request reads only those on its scope. */
const OF_HOLDER_MAX = 5_000;

type Maybe<T> = T | null | undefined;

/** Exactly one of `user` and `group`. */
export interface GrantRole {
  readonly user?: Maybe<UserRef>;
  readonly group?: Maybe<GroupRef>;
  readonly role: RoleRef;
  readonly roleEtag?: Maybe<string>;
  readonly scope: ScopeInput;
  readonly isInherited?: Maybe<boolean>;
  readonly notBefore?: Maybe<Date>;
  readonly expiresAt?: Maybe<Date>;
  readonly reason?: Maybe<string>;
  readonly requestId?: Maybe<string>;
}

export async function grantRole(context: Context, input: GrantRole): Promise<repository.NamedAssignment> {
  const reason = validText(input.reason, 'reason');
  if ((input.user == null) === (input.group == null)) throw invalid('Give either a user or a group.', 'user');
  if (input.notBefore && input.expiresAt && input.notBefore >= input.expiresAt) {
    throw invalid('expiresAt must be later than notBefore.', 'expiresAt');
  }
  return mutate(context, { policy: assignmentGrant.name }, async (act) => {
    let granted = null as repository.NamedAssignment | null;
    const { id } = await once(act, 'RoleAssignment', input, async () => {
      granted = await grant(act, input, reason);
      return granted.id;
    });
    if (granted !== null) return granted;
    return requireVisible(act, assignmentList, await repository.findById(act.tx, id), 'role assignment');
  });
}

async function grant(act: Act, input: GrantRole, reason: string | null): Promise<repository.NamedAssignment> {
  const holder = await requireHolder(act, input);
  const scope = await requireScope(act, input.scope, holder);
  const role = await requireGrantable(act, input, scope);
  const row: AssignmentRow = {
    id: newId('RoleAssignment'),
    ...holder,
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
  await requireMayGrant(act, [row]);
  await insert(act, row, role.name);
  await record(act, 'role.granted', row, role.name);
  return { ...row, role: role.name, roleDomainId: role.domainId };
}

export interface RevokeRole {
  readonly roleAssignmentId: Id<'RoleAssignment'>;
  readonly isForced?: Maybe<boolean>;
  readonly reason?: Maybe<string>;
}

export async function revokeRole(
  context: Context,
  input: RevokeRole,
): Promise<{ roleAssignmentId: Id<'RoleAssignment'> }> {
  const reason = validText(input.reason, 'reason');
  if (input.isForced && reason === null) throw invalid('A forced change needs a reason.', 'reason');
  return mutate(context, { policy: assignmentGrant.name }, async (act) => {
    const found = await repository.findById(act.tx, input.roleAssignmentId);
    const { role, ...row } = requireVisible(act, assignmentList, found, 'role assignment');
    requireAllowed(act, assignmentGrant, row);
    await requireMayRevoke(act, [row]);
    await act.changeRights();
    await repository.remove(act.tx, row.id);
    if (row.scopeType === 'system' && role === 'admin') await requireSystemAdmin(act, { ...input, reason });
    await record(act, 'role.revoked', { ...row, reason }, role);
    return { roleAssignmentId: row.id };
  });
}

type Holder = Pick<AssignmentRow, 'userId' | 'groupId'>;

async function requireHolder(act: Act, { user, group }: GrantRole): Promise<Holder> {
  if (group) {
    const row = requireVisible(act, groupGet, await findGroup(act.tx, group, homeOf(act)), 'group');
    return { userId: null, groupId: row.id };
  }
  const row = requireVisible(act, userGet, await findUser(act.tx, user ?? {}, homeOf(act)), 'user');
  return { userId: row.id, groupId: null };
}

/** The scope, if the caller may grant roles there; otherwise the same error as for a scope that does not exist. */
async function requireScope(act: Act, input: ScopeInput, { userId }: Holder): Promise<ResolvedScope> {
  const scope = await resolveScope(act.tx, input, homeOf(act), 'scope');
  if (scope === undefined || !mayOn(act, assignmentGrant, { userId, domainId: scope.domainId }))
    throw notFound('scope');
  return scope;
}

/** A domain's role can be granted only in its domain. */
async function requireGrantable(act: Act, { role, roleEtag }: GrantRole, scope: ResolvedScope): Promise<RoleRow> {
  const row = await requireRole(act, act.tx, role);
  requireRoleEtag(row, roleEtag, 'roleEtag');
  if (row.domainId !== null && row.domainId !== scope.domainId) {
    throw invalid('A domain’s role can be granted only in its domain.', 'role');
  }
  return row;
}

async function insert(act: Act, row: AssignmentRow, role: string): Promise<void> {
  if (row.isInherited && row.scopeType === 'system') {
    throw invalid('A role on the system cannot be inherited: name a domain or a project.', 'isInherited');
  }
  if (row.expiresAt !== null && row.expiresAt <= act.now) throw invalid('expiresAt is in the past.', 'expiresAt');
  const same = await repository.findSame(act.tx, row);
  const isEnded = same?.expiresAt != null && same.expiresAt <= act.now;
  if (same && !isEnded) throw alreadyExists(`${role} is already granted there.`, 'role');
  // An assignment that ended makes room for this one.
  if ((await repository.countOfHolder(act.tx, row)) - (same ? 1 : 0) >= OF_HOLDER_MAX) {
    throw limitReached(`A user or a group has at most ${OF_HOLDER_MAX} role assignments.`);
  }
  await act.changeRights();
  if (same) await repository.remove(act.tx, same.id);
  await repository.insert(act.tx, row);
}

function record(act: Act, action: Action, row: AssignmentRow, role: string): Promise<void> {
  const { domainId, projectId, userId, groupId, roleId, reason, scopeType, isInherited } = row;
  const target = { type: 'RoleAssignment', id: row.id } as const;
  const details = { userId, groupId, role, roleId, scopeType, isInherited, reason };
  return act.audit({ action, target, owner: { domainId, projectId }, details });
}

const visibleTo = (context: Context) => context.policies.visible([assignmentList.name], context.actor, roleAssignments);

export async function listRoleAssignments(
  context: Context,
  args: PageArgs & { filter?: repository.AssignmentFilter | null | undefined },
): Promise<Connection<repository.NamedAssignment>> {
  return repository.list(context.db, visibleTo(context), args.filter ?? {}, args);
}

export const loadRoleAssignment = defineLoader(async (context, ids: readonly Id<'RoleAssignment'>[]) =>
  byId(await repository.listByIds(context.db, visibleTo(context), ids)),
);

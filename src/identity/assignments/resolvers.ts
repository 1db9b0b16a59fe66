import type { Context } from '../../authority/index.js';
import type {
  MutationGrantRoleArgs,
  MutationRevokeRoleArgs,
  QueryRoleAssignmentsArgs,
} from '../../generated/graphql.js';
import { withIds } from '../../platform/ids.js';
import { payload } from '../../platform/payload.js';
import { loadDomain } from '../domains/index.js';
import { loadGroup } from '../groups/index.js';
import { SCOPE_IDS, scopeView } from '../scopes/index.js';
import { loadUser } from '../users/index.js';
import type { NamedAssignment } from './repository.js';
import { grantRole, listRoleAssignments, revokeRole } from './service.js';

const FILTER = { userIds: 'User', groupIds: 'Group', projectIds: 'Project', domainIds: 'Domain' } as const;
const GRANT = { user: { id: 'User' }, group: { id: 'Group' }, role: { id: 'Role' }, scope: SCOPE_IDS } as const;

export const assignmentResolvers = {
  Query: {
    roleAssignments: (_: unknown, args: QueryRoleAssignmentsArgs, context: Context) =>
      listRoleAssignments(context, withIds(args, { filter: FILTER })),
  },
  Mutation: {
    grantRole: (_: unknown, { input }: MutationGrantRoleArgs, context: Context) =>
      payload(async () => ({ roleAssignment: await grantRole(context, withIds(input, GRANT)) })),
    revokeRole: (_: unknown, { input }: MutationRevokeRoleArgs, context: Context) =>
      payload(() => revokeRole(context, withIds(input, { roleAssignmentId: 'RoleAssignment' }))),
  },
  RoleAssignment: {
    user: ({ userId }: NamedAssignment, _: object, context: Context) => userId && loadUser(context).load(userId),
    group: ({ groupId }: NamedAssignment, _: object, context: Context) => groupId && loadGroup(context).load(groupId),
    roleDomain: ({ roleDomainId }: NamedAssignment, _: object, context: Context) =>
      roleDomainId && loadDomain(context).load(roleDomainId),
    scope: (row: NamedAssignment) => scopeView(row),
  },
};

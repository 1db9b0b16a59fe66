import type { Context } from '../../authority/index.js';
import type {
  MutationGrantRoleArgs,
  MutationRevokeRoleArgs,
  QueryRoleAssignmentsArgs,
} from '../../generated/graphql.js';
import { payload } from '../../platform/payload.js';
import { loadDomain } from '../domains/index.js';
import { loadGroup } from '../groups/index.js';
import { scopeView } from '../scopes/index.js';
import { loadUser } from '../users/index.js';
import type { NamedAssignment } from './repository.js';
import { grantRole, listRoleAssignments, revokeRole } from './service.js';

export const assignmentResolvers = {
  Query: {
    roleAssignments: (_: unknown, args: QueryRoleAssignmentsArgs, context: Context) =>
      listRoleAssignments(context, args),
  },
  Mutation: {
    grantRole: (_: unknown, { input }: MutationGrantRoleArgs, context: Context) =>
      payload(async () => ({ roleAssignment: await grantRole(context, input) })),
    revokeRole: (_: unknown, { input }: MutationRevokeRoleArgs, context: Context) =>
      payload(() => revokeRole(context, input)),
  },
  RoleAssignment: {
    user: ({ userId }: NamedAssignment, _: object, context: Context) => userId && loadUser(context).load(userId),
    group: ({ groupId }: NamedAssignment, _: object, context: Context) => groupId && loadGroup(context).load(groupId),
    roleDomain: ({ roleDomainId }: NamedAssignment, _: object, context: Context) =>
      roleDomainId && loadDomain(context).load(roleDomainId),
    scope: (row: NamedAssignment) => scopeView(row),
  },
};

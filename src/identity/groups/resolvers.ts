import type { Context } from '../../authority/index.js';
import type {
  GroupMembersArgs,
  MutationAddGroupMemberArgs,
  MutationCreateGroupArgs,
  MutationDeleteGroupArgs,
  MutationRemoveGroupMemberArgs,
  MutationUpdateGroupArgs,
  QueryGroupArgs,
  QueryGroupsArgs,
  UserGroupsArgs,
} from '../../generated/graphql.js';
import { etagOf } from '../../platform/etag.js';
import { payload } from '../../platform/payload.js';
import { loadDomain } from '../domains/index.js';
import type { UserRow } from '../users/tables.js';
import { addGroupMember, removeGroupMember } from './members.js';
import { getGroup, groupsOf, listGroups, membersOf } from './reading.js';
import { createGroup, deleteGroup, updateGroup } from './service.js';
import type { GroupRow } from './tables.js';

export const groupResolvers = {
  Query: {
    group: (_: unknown, { id }: QueryGroupArgs, context: Context) => getGroup(context, id),
    groups: (_: unknown, args: QueryGroupsArgs, context: Context) => listGroups(context, args),
  },
  Mutation: {
    createGroup: (_: unknown, { input }: MutationCreateGroupArgs, context: Context) =>
      payload(async () => ({ group: await createGroup(context, input) })),
    updateGroup: (_: unknown, { input }: MutationUpdateGroupArgs, context: Context) =>
      payload(async () => ({ group: await updateGroup(context, input) })),
    deleteGroup: (_: unknown, { input }: MutationDeleteGroupArgs, context: Context) =>
      payload(async () => ({ groupId: await deleteGroup(context, input) })),
    addGroupMember: (_: unknown, { input }: MutationAddGroupMemberArgs, context: Context) =>
      payload(() => addGroupMember(context, input)),
    removeGroupMember: (_: unknown, { input }: MutationRemoveGroupMemberArgs, context: Context) =>
      payload(() => removeGroupMember(context, input)),
  },
  Group: {
    domain: ({ domainId }: GroupRow, _: object, context: Context) => loadDomain(context).load(domainId),
    members: ({ id }: GroupRow, args: GroupMembersArgs, context: Context) => membersOf(context, id, args),
    etag: etagOf,
  },
  User: {
    groups: ({ id }: UserRow, args: UserGroupsArgs, context: Context) => groupsOf(context, id, args),
  },
};

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
import { withIds } from '../../platform/ids.js';
import { payload } from '../../platform/payload.js';
import { loadDomain } from '../domains/index.js';
import type { UserRow } from '../users/tables.js';
import { addGroupMember, removeGroupMember } from './members.js';
import { getGroup, groupsOf, listGroups, membersOf } from './reading.js';
import { createGroup, deleteGroup, updateGroup } from './service.js';
import type { GroupRow } from './tables.js';

const GROUP = { group: { id: 'Group' } } as const;
const MEMBERSHIP = { ...GROUP, user: { id: 'User' } } as const;

export const groupResolvers = {
  Query: {
    group: (_: unknown, { ref }: QueryGroupArgs, context: Context) => getGroup(context, withIds(ref, { id: 'Group' })),
    groups: (_: unknown, args: QueryGroupsArgs, context: Context) =>
      listGroups(context, withIds(args, { filter: { domainIds: 'Domain' } })),
  },
  Mutation: {
    createGroup: (_: unknown, { input }: MutationCreateGroupArgs, context: Context) =>
      payload(async () => ({ group: await createGroup(context, input) })),
    updateGroup: (_: unknown, { input }: MutationUpdateGroupArgs, context: Context) =>
      payload(async () => ({ group: await updateGroup(context, withIds(input, GROUP)) })),
    deleteGroup: (_: unknown, { input }: MutationDeleteGroupArgs, context: Context) =>
      payload(async () => ({ groupId: await deleteGroup(context, withIds(input, GROUP)) })),
    addGroupMember: (_: unknown, { input }: MutationAddGroupMemberArgs, context: Context) =>
      payload(() => addGroupMember(context, withIds(input, MEMBERSHIP))),
    removeGroupMember: (_: unknown, { input }: MutationRemoveGroupMemberArgs, context: Context) =>
      payload(() => removeGroupMember(context, withIds(input, MEMBERSHIP))),
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

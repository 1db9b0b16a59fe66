import { byId, type Context, defineLoader, defineLoaderOf, requireVisible } from '../../authority/index.js';
import type { NamedArgs } from '../../db/by-name.js';
import type { Id } from '../../platform/ids.js';
import type { Connection, PageArgs } from '../../platform/pagination.js';
import { homeOf } from '../names/index.js';
import { userGet } from '../users/index.js';
import { type UserRow, users } from '../users/tables.js';
import { findGroup, type GroupRef } from './lookup.js';
import { groupGet } from './policies.js';
import * as repository from './repository.js';
import { type GroupRow, groups } from './tables.js';

const visibleTo = ({ policies, actor }: Context) => policies.visible([groupGet], actor, groups);

export async function getGroup(context: Context, ref: GroupRef): Promise<GroupRow> {
  return requireVisible(context, groupGet, await findGroup(context.db, ref, homeOf(context)), 'group');
}

export async function listGroups(
  context: Context,
  args: NamedArgs<repository.GroupFilter>,
): Promise<Connection<GroupRow>> {
  return repository.list(context.db, visibleTo(context), args);
}

/** By id; null where the caller may not read it. */
export const loadGroup = defineLoader(async (context, ids: readonly Id<'Group'>[]) =>
  byId(await repository.listByIds(context.db, visibleTo(context), ids)),
);

const loadMembers = defineLoaderOf((context, ids: readonly Id<'Group'>[], args: PageArgs) =>
  repository.listMembers(context.db, context.policies.visible([userGet], context.actor, users), ids, args),
);

/** The members of a group, as far as the caller may read them. */
export const membersOf = (
  context: Context,
  id: Id<'Group'>,
  { first, after }: PageArgs,
): Promise<Connection<UserRow> | null> => loadMembers(context, { first, after }).load(id);

const loadGroupsOf = defineLoaderOf((context, ids: readonly Id<'User'>[], args: PageArgs) =>
  repository.listOfMembers(context.db, visibleTo(context), ids, args),
);

/** The groups of a user, as far as the caller may read them. */
export const groupsOf = (
  context: Context,
  id: Id<'User'>,
  { first, after }: PageArgs,
): Promise<Connection<GroupRow> | null> => loadGroupsOf(context, { first, after }).load(id);

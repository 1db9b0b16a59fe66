import type { Context } from '../../authority/index.js';
import type {
  MutationCreateUserArgs,
  MutationDeleteUserArgs,
  MutationUpdateUserArgs,
  QueryUserArgs,
  QueryUsersArgs,
} from '../../generated/graphql.js';
import { etagOf } from '../../platform/etag.js';
import { withIds } from '../../platform/ids.js';
import { payload } from '../../platform/payload.js';
import { loadDomain } from '../domains/index.js';
import { deleteUser, updateUser } from './changes.js';
import { createUser, getUser, listUsers } from './service.js';
import type { UserRow } from './tables.js';

const USER = { user: { id: 'User' } } as const;

export const userResolvers = {
  Query: {
    user: (_: unknown, { ref }: QueryUserArgs, context: Context) => getUser(context, withIds(ref, { id: 'User' })),
    users: (_: unknown, args: QueryUsersArgs, context: Context) =>
      listUsers(context, withIds(args, { filter: { domainIds: 'Domain' } })),
  },
  Mutation: {
    createUser: (_: unknown, { input }: MutationCreateUserArgs, context: Context) =>
      payload(async () => ({ user: await createUser(context, input) })),
    updateUser: (_: unknown, { input }: MutationUpdateUserArgs, context: Context) =>
      payload(async () => ({ user: await updateUser(context, withIds(input, USER)) })),
    deleteUser: (_: unknown, { input }: MutationDeleteUserArgs, context: Context) =>
      payload(async () => ({ userId: await deleteUser(context, withIds(input, USER)) })),
  },
  User: {
    domain: ({ domainId }: UserRow, _: object, context: Context) => loadDomain(context).load(domainId),
    etag: etagOf,
  },
};

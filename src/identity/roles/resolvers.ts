import type { AnyResolver, Context } from '../../authority/index.js';
import type {
  MutationAddImpliedRoleArgs,
  MutationCreateRoleArgs,
  MutationDeleteRoleArgs,
  MutationRemoveImpliedRoleArgs,
  MutationUpdateRoleArgs,
  QueryRoleArgs,
  QueryRolesArgs,
} from '../../generated/graphql.js';
import { toId, withIds } from '../../platform/ids.js';
import { payload } from '../../platform/payload.js';
import { loadDomain } from '../domains/index.js';
import { roleEtag } from './etag.js';
import { addImpliedRole, removeImpliedRole } from './implications.js';
import type { RoleView } from './repository.js';
import { createRole, deleteRole, getRole, listRoles, loadRole, updateRole } from './service.js';

const IMPLICATION = { roleId: 'Role', impliedRoleId: 'Role' } as const;

export const roleResolvers = {
  Query: {
    role: (_: unknown, { id }: QueryRoleArgs, context: Context) => getRole(context, toId('Role', id)),
    roles: (_: unknown, args: QueryRolesArgs, context: Context) =>
      listRoles(context, withIds(args, { filter: { domainIds: 'Domain' } })),
  },
  Mutation: {
    createRole: (_: unknown, { input }: MutationCreateRoleArgs, context: Context) =>
      payload(async () => ({ role: await createRole(context, input) })),
    updateRole: (_: unknown, { input }: MutationUpdateRoleArgs, context: Context) =>
      payload(async () => ({ role: await updateRole(context, withIds(input, { roleId: 'Role' })) })),
    deleteRole: (_: unknown, { input }: MutationDeleteRoleArgs, context: Context) =>
      payload(() => deleteRole(context, withIds(input, { roleId: 'Role' }))),
    addImpliedRole: (_: unknown, { input }: MutationAddImpliedRoleArgs, context: Context) =>
      payload(async () => ({ role: await addImpliedRole(context, withIds(input, IMPLICATION)) })),
    removeImpliedRole: (_: unknown, { input }: MutationRemoveImpliedRoleArgs, context: Context) =>
      payload(async () => ({ role: await removeImpliedRole(context, withIds(input, IMPLICATION)) })),
  },
  Role: {
    domain: ({ domainId }: RoleView, _: object, context: Context) => domainId && loadDomain(context).load(domainId),
    impliedRoles: async ({ impliedRoleIds }: RoleView, _: object, context: Context) =>
      (await loadRole(context).loadMany(impliedRoleIds)).filter((role) => role !== null),
    etag: roleEtag,
  },
} satisfies Record<string, Record<string, AnyResolver>>;

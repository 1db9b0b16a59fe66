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
import { withIds } from '../../platform/ids.js';
import { payload } from '../../platform/payload.js';
import { loadDomain } from '../domains/index.js';
import { roleEtag } from './etag.js';
import { addImpliedRole, removeImpliedRole } from './implications.js';
import type { RoleView } from './repository.js';
import { createRole, deleteRole, getRole, listRoles, loadRole, updateRole } from './service.js';

const ROLE = { role: { id: 'Role' } } as const;
const IMPLICATION = { ...ROLE, impliedRole: { id: 'Role' } } as const;

export const roleResolvers = {
  Query: {
    role: (_: unknown, { ref }: QueryRoleArgs, context: Context) => getRole(context, withIds(ref, { id: 'Role' })),
    roles: (_: unknown, args: QueryRolesArgs, context: Context) =>
      listRoles(context, withIds(args, { filter: { domainIds: 'Domain' } })),
  },
  Mutation: {
    createRole: (_: unknown, { input }: MutationCreateRoleArgs, context: Context) =>
      payload(async () => ({ role: await createRole(context, input) })),
    updateRole: (_: unknown, { input }: MutationUpdateRoleArgs, context: Context) =>
      payload(async () => ({ role: await updateRole(context, withIds(input, ROLE)) })),
    deleteRole: (_: unknown, { input }: MutationDeleteRoleArgs, context: Context) =>
      payload(() => deleteRole(context, withIds(input, ROLE))),
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

import { definePolicy, defineTarget } from '../../platform/policy/index.js';
import { type RoleRow, roles } from './tables.js';

const target = defineTarget<RoleRow>()(roles, {
  domain_id: { type: 'text', row: (row) => row.domainId, sql: (t) => t.domainId },
});

export const roleGet = definePolicy<RoleRow>({
  name: 'role:get',
  description: "Read roles: the global ones and those of the token's domain; all of them at system scope.",
  scopeTypes: ['system', 'domain', 'project'],
  target,
  boundary: {
    system: '@',
    domain: 'None:%(domain_id)s or domain_id:%(domain_id)s',
    project: 'None:%(domain_id)s or project_domain_id:%(domain_id)s',
  },
  check: 'None:%(domain_id)s or role:reader',
  operations: ['Query.role', 'Query.roles', 'Role.*'],
});

/** System administrators change all roles, managers those of their domain. */
const changing = {
  scopeTypes: ['system', 'domain'],
  target,
  boundary: { system: '@', domain: 'domain_id:%(domain_id)s' },
  check: { system: 'role:admin', domain: 'role:manager' },
  isForCredentials: false,
} as const;

export const roleCreate = definePolicy<RoleRow>({
  ...changing,
  name: 'role:create',
  description: "Create a role: a global role at system scope, a domain's role at domain scope.",
  operations: ['Mutation.createRole'],
});

export const roleUpdate = definePolicy<RoleRow>({
  ...changing,
  name: 'role:update',
  description: 'Change a role.',
  operations: ['Mutation.updateRole'],
});

export const roleDelete = definePolicy<RoleRow>({
  ...changing,
  name: 'role:delete',
  description: 'Delete a role.',
  operations: ['Mutation.deleteRole'],
});

export const roleImply = definePolicy<RoleRow>({
  ...changing,
  name: 'role:imply',
  description:
    'Add and remove implications of roles. Requires permission to grant the implied role everywhere the other is assigned.',
  operations: ['Mutation.addImpliedRole', 'Mutation.removeImpliedRole'],
});

export const rolePolicies = [roleGet, roleCreate, roleUpdate, roleDelete, roleImply];

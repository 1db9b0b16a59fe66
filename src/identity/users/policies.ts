import { definePolicy, defineTarget } from '../../platform/policy/index.js';
import { changingInDomain } from '../domains/index.js';
import { type UserRow, users } from './tables.js';

const userTarget = defineTarget<UserRow>()(users, {
  id: { type: 'text', row: (row) => row.id, sql: (t) => t.id },
  domain_id: { type: 'text', row: (row) => row.domainId, sql: (t) => t.domainId },
});

export const userGet = definePolicy<UserRow>({
  name: 'user:get',
  description: "Read users: all of them at system scope, those of the caller's own domain, and the caller.",
  scopeTypes: ['system', 'domain', 'project'],
  target: userTarget,
  boundary: {
    system: '@',
    domain: 'domain_id:%(domain_id)s or user_id:%(id)s',
    project: 'user_id:%(id)s',
  },
  check: 'role:reader or user_id:%(id)s',
  operations: ['Query.user', 'Query.users', 'User.*'],
});

export const userCreate = definePolicy({
  name: 'user:create',
  description: "Create a user in the caller's own domain.",
  scopeTypes: ['domain'],
  check: 'role:manager',
  isForCredentials: false,
  operations: ['Mutation.createUser'],
});

export const changingUsers = { ...changingInDomain, target: userTarget } as const;

export const userUpdate = definePolicy<UserRow>({
  ...changingUsers,
  name: 'user:update',
  description:
    'Change the name, display name or e-mail address of a user. Requires permission to grant every role that the user holds.',
  operations: ['Mutation.updateUser'],
});

export const userDelete = definePolicy<UserRow>({
  ...changingUsers,
  name: 'user:delete',
  description: 'Delete a user. Requires permission to revoke every role that the user holds.',
  operations: ['Mutation.deleteUser'],
});

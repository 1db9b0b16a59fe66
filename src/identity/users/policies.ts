import { definePolicy, defineTarget } from '../../platform/policy/index.js';
import { changingInDomain } from '../domains/index.js';
import { type UserRow, users } from './tables.js';

const userTarget = defineTarget<UserRow>()(users, {
  id: { type: 'text', row: (row) => row.id, sql: (t) => t.id },
  domain_id: { type: 'text', row: (row) => row.domainId, sql: (t) => t.domainId },
});

export const userGet = definePolicy<UserRow>({
  name: 'user:get',
  description: 'Read users: all of them in the system, those of an own domain, and oneself.',
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
  description: 'Create a user in the own domain.',
  scopeTypes: ['domain'],
  check: 'role:manager',
  isForCredentials: false,
  operations: ['Mutation.createUser'],
});

export const changingUsers = { ...changingInDomain, target: userTarget } as const;

export const userUpdate = definePolicy<UserRow>({
  ...changingUsers,
  name: 'user:update',
  description: 'Rename a user whose every role one could give.',
  operations: ['Mutation.updateUser'],
});

export const userDelete = definePolicy<UserRow>({
  ...changingUsers,
  name: 'user:delete',
  description: 'Delete a user whose every role one could take away.',
  operations: ['Mutation.deleteUser'],
});

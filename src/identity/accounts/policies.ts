import { definePolicy } from '../../platform/policy/index.js';
import { userTarget as target } from '../users/index.js';
import type { UserRow } from '../users/tables.js';

const ofUsersOne = {
  scopeTypes: ['system', 'domain'],
  target,
  boundary: { system: '@', domain: 'domain_id:%(domain_id)s' },
  check: { system: 'role:admin', domain: 'role:manager' },
  isForCredentials: false,
} as const;

export const userSetPassword = definePolicy<UserRow>({
  ...ofUsersOne,
  name: 'user:set_password',
  description: 'Set the password of a user to whom one could give all that the user holds.',
  operations: ['Mutation.setUserPassword'],
});

export const userDisable = definePolicy<UserRow>({
  ...ofUsersOne,
  name: 'user:disable',
  description: 'Disable, enable and log out a user to whom one could give all that the user holds.',
  operations: ['Mutation.disableUser', 'Mutation.enableUser'],
});

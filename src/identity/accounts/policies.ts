import { definePolicy } from '../../platform/policy/index.js';
import { changingUsers } from '../users/index.js';
import type { UserRow } from '../users/tables.js';

export const userSetPassword = definePolicy<UserRow>({
  ...changingUsers,
  name: 'user:set_password',
  description: 'Set the password of a user. Requires permission to grant every role that the user holds.',
  operations: ['Mutation.setUserPassword'],
});

export const userDisable = definePolicy<UserRow>({
  ...changingUsers,
  name: 'user:disable',
  description: 'Disable and enable a user. Requires permission to revoke, or to grant, every role that the user holds.',
  operations: ['Mutation.disableUser', 'Mutation.enableUser'],
});

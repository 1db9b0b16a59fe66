import { definePolicy } from '../../platform/policy/index.js';
import { changingUsers } from '../users/index.js';
import type { UserRow } from '../users/tables.js';

export const userSetPassword = definePolicy<UserRow>({
  ...changingUsers,
  name: 'user:set_password',
  description: 'Set the password of a user to whom one could give all that the user holds.',
  operations: ['Mutation.setUserPassword'],
});

export const userDisable = definePolicy<UserRow>({
  ...changingUsers,
  name: 'user:disable',
  description: 'Disable, enable and log out a user to whom one could give all that the user holds.',
  operations: ['Mutation.disableUser', 'Mutation.enableUser'],
});

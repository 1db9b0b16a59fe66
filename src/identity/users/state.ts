import { type Change, updateById } from '../../db/by-id.js';
import type { Id } from '../../platform/ids.js';
import { users } from './tables.js';

/** Changes what a user is known by; what the old password gave is for the caller to end. */
export function setPassword(
  act: Change,
  id: Id<'User'>,
  passwordHash: string,
  mustChangePassword: boolean,
): Promise<void> {
  return updateById(act, users, id, { passwordHash, mustChangePassword });
}

export function setEnabled(act: Change, id: Id<'User'>, isEnabled: boolean): Promise<void> {
  return updateById(act, users, id, { isEnabled });
}

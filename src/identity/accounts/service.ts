import {
  type Act,
  type Action,
  type Context,
  mutate,
  requireAllowed,
  requireOperation,
  requireVisible,
  requireWhole,
} from '../../authority/index.js';
import { invalid, notFound } from '../../platform/errors.js';
import { etagOf, requireReviewed } from '../../platform/etag.js';
import type { Policy } from '../../platform/policy/index.js';
import { validText } from '../../platform/text.js';
import { listHeldBy, requireMayGrant, requireMayRevoke, requireSystemAdmin } from '../assignments/index.js';
import { homeOf } from '../names/index.js';
import { hasLiveTokens, revokeUserTokens, tokenRevokeAll } from '../tokens/index.js';
import {
  findUser,
  findUserById,
  hashPassword,
  setEnabled,
  setPassword,
  toSet,
  type UserRef,
  userGet,
  validPassword,
} from '../users/index.js';
import type { UserRow } from '../users/tables.js';
import { userDisable, userSetPassword } from './policies.js';

type Maybe<T> = T | null | undefined;

export interface SetUserPassword {
  readonly user: UserRef;
  readonly password: string;
  readonly mustChangePassword?: Maybe<boolean>;
  readonly etag?: Maybe<string>;
}

export async function setUserPassword(context: Context, input: SetUserPassword): Promise<UserRow> {
  requireOperation(context, userSetPassword.name);
  const password = validPassword(input.password, 'password');
  const passwordHash = await hashPassword(password, context.settings.passwordCost, toSet(context));
  return mutate(context, { policy: userSetPassword.name }, async (act) => {
    const user = await requireChangeable(act, userSetPassword, input.user, requireMayGrant);
    // A session does not prove that the caller knows the password.
    if (user.id === act.actor.principal?.id)
      throw invalid('To change your own password, log in with newPassword.', 'user');
    requireReviewed(etagOf(user), input.etag);
    await act.changeRights();
    await setPassword(act, user.id, passwordHash, input.mustChangePassword ?? true);
    const revokedCount = await revokeUserTokens(act.tx, user.id, act.now);
    return done(act, 'user.password_set', user, { revokedCount });
  });
}

export interface EnableUser {
  readonly user: UserRef;
  readonly etag?: Maybe<string>;
}

export async function enableUser(context: Context, input: EnableUser): Promise<UserRow> {
  return mutate(context, { policy: userDisable.name }, async (act) => {
    const user = await requireChangeable(act, userDisable, input.user, requireMayGrant);
    requireReviewed(etagOf(user), input.etag);
    if (user.isEnabled) return act.unchanged(user);
    await act.changeRights();
    await setEnabled(act, user.id, true);
    return done(act, 'user.enabled', user);
  });
}

export interface DisableUser extends EnableUser {
  readonly reason?: Maybe<string>;
  readonly isForced?: Maybe<boolean>;
}

export async function disableUser(context: Context, input: DisableUser): Promise<UserRow> {
  const reason = validText(input.reason, 'reason');
  return mutate(context, { policy: userDisable.name }, async (act) => {
    const user = await requireChangeable(act, userDisable, input.user, requireMayRevoke);
    requireReviewed(etagOf(user), input.etag);
    if (!user.isEnabled && !(await hasLiveTokens(act.tx, user.id, act.now))) return act.unchanged(user);
    await act.changeRights();
    await setEnabled(act, user.id, false);
    await requireSystemAdmin(act, { isForced: input.isForced, reason });
    const revokedCount = await revokeUserTokens(act.tx, user.id, act.now);
    return done(act, 'user.disabled', user, { revokedCount, reason });
  });
}

/** Revokes the caller's own tokens, or those of a user whom the caller may disable. */
export async function revokeTokens(
  context: Context,
  input: { readonly user?: Maybe<UserRef> },
): Promise<{ revokedCount: number }> {
  return mutate(context, { policy: tokenRevokeAll.name }, async (act) => {
    requireWhole(act, tokenRevokeAll.name);
    const own = act.actor.principal?.kind === 'user' ? act.actor.principal : undefined;
    const user = input.user ? await findUser(act.tx, input.user, homeOf(act)) : own;
    const target =
      user && user.id === own?.id ? own : await requireChangeable(act, userDisable, input.user ?? {}, requireMayRevoke);
    if (!(await hasLiveTokens(act.tx, target.id, act.now))) return act.unchanged({ revokedCount: 0 });
    await act.changeRights();
    const revokedCount = await revokeUserTokens(act.tx, target.id, act.now);
    await record(act, 'tokens.revoked', target, { revokedCount });
    return { revokedCount };
  });
}

/** Requires permission to grant or revoke all that a user holds: whoever sets its password can act as it. */
async function requireChangeable(
  act: Act,
  policy: Policy<UserRow>,
  ref: UserRef,
  requireWithin: typeof requireMayGrant,
): Promise<UserRow> {
  const user = requireVisible(act, userGet, await findUser(act.tx, ref, homeOf(act)), 'user');
  requireAllowed(act, policy, user);
  await requireWithin(act, await listHeldBy(act.tx, user.id));
  return user;
}

async function done(act: Act, action: Action, user: UserRow, details: object = {}): Promise<UserRow> {
  await record(act, action, user, details);
  const changed = await findUserById(act.tx, user.id);
  if (!changed) throw notFound('user');
  return changed;
}

function record(act: Act, action: Action, { id, name, domainId }: Named, details: object): Promise<void> {
  return act.audit({ action, target: { type: 'User', id }, owner: { domainId }, details: { name, ...details } });
}

type Named = Pick<UserRow, 'id' | 'name' | 'domainId'>;

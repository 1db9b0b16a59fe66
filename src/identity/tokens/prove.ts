import { createHash } from 'node:crypto';
import type { Act, Context } from '../../authority/index.js';
import { invalid, type Refusal, unauthenticated } from '../../platform/errors.js';
import type { Id } from '../../platform/ids.js';
import { isBearer } from '../../platform/secrets.js';
import { findCredentialById, holderOf, type PresentedApiCredential } from '../credentials/index.js';
import { findUserById, findUserByName, hashPassword, passwordMatches, toLogIn, validPassword } from '../users/index.js';
import type { UserRow } from '../users/tables.js';
import { tokenHash } from './authenticate.js';
import { findBearer, findById } from './repository.js';
import type { TokenRow } from './tables.js';

type Maybe<T> = T | null | undefined;

interface PasswordProof {
  readonly user: string;
  readonly domain: string;
  readonly password: string;
  readonly newPassword?: Maybe<string>;
}

/** The schema requires exactly one. */
export interface Proof {
  readonly password?: Maybe<PasswordProof>;
  readonly token?: Maybe<string>;
  readonly credential?: Maybe<PresentedApiCredential>;
}

/** The user, and what proved it. */
export interface Proven {
  readonly user: UserRow;
  /** The presented token or API credential, whose limits apply to the new token; null for a password. */
  readonly grounds: Pick<TokenRow, 'scopeType' | 'domainId' | 'projectId' | 'roles' | 'expiresAt'> | null;
  readonly parentId: Id<'Token'> | null;
  readonly credentialId: Id<'ApiCredential'> | null;
  /** Of the password that the user is to have from now on. */
  readonly newPasswordHash: string | null;
}

const wrong = (): Refusal => unauthenticated('The credentials are not valid.');

/** @throws UNAUTHENTICATED, the same for everything that is wrong with a proof. */
export function prove(context: Context, { password, token, credential }: Proof): Promise<Proven> {
  if (password) return provePassword(context, password);
  return credential ? proveCredential(context, credential) : proveToken(context, token ?? '');
}

async function provePassword(context: Context, proof: PasswordProof): Promise<Proven> {
  const { domain, user: name, password, newPassword } = proof;
  const { passwordCost } = context.settings;
  const path = ['proof', 'password', 'newPassword'];
  if (newPassword != null) validPassword(newPassword, ...path);
  const attempt = context.attemptLogIn(attemptKey(domain, name));
  const user = await findUserByName(context.db, domain, name);
  const place = toLogIn(context, attempt);
  const matches = await passwordMatches(password, user?.passwordHash ?? null, passwordCost, place);
  if (!user || !matches || !user.isEnabled) throw wrong();
  attempt.succeeded();
  if (user.mustChangePassword && newPassword == null) {
    throw unauthenticated('The password must be changed: log in with newPassword.', 'PASSWORD_CHANGE_REQUIRED');
  }
  if (newPassword?.normalize('NFC') === password.normalize('NFC'))
    throw invalid('The new password must differ from the old one.', ...path);
  // This address has now logged in as the user.
  const known = toLogIn(context, { ...attempt, isKnown: true });
  const newPasswordHash = newPassword == null ? null : await hashPassword(newPassword, passwordCost, known);
  return { user, grounds: null, parentId: null, credentialId: null, newPasswordHash };
}

/**
 * Equally short for all names, and different for any two users: otherwise a log-in as one user would clear the attempts
 * counted against another.
 */
const attemptKey = (domain: string, name: string) =>
  createHash('sha256')
    .update(JSON.stringify([domain, name]))
    .digest('base64url');

async function proveToken({ db, clock }: Context, presented: string): Promise<Proven> {
  // A session proves nothing here: a cookie cannot become a token that anybody can present.
  const bearer = isBearer('token', presented) ? await findBearer(db, tokenHash(presented)) : undefined;
  if (
    bearer?.token.kind !== 'bearer' ||
    !bearer.user?.isEnabled ||
    bearer.token.revokedAt !== null ||
    bearer.token.expiresAt <= clock.now()
  )
    throw wrong();
  const { user, token } = bearer;
  return { user, grounds: token, parentId: token.id, credentialId: token.credentialId, newPasswordHash: null };
}

async function proveCredential(context: Context, presented: PresentedApiCredential): Promise<Proven> {
  const holder = await holderOf(context.db, presented, context.clock.now());
  if (!holder) {
    // Only wrong keys count: nobody can guess a key, so the right one need not wait because of others' attempts.
    context.attemptLogIn(presented.id);
    throw wrong();
  }
  const { user, credential } = holder;
  return { user, grounds: credential, parentId: null, credentialId: credential.id, newPasswordHash: null };
}

/**
 * Whatever invalidates a proof holds the epoch exclusively, and this transaction shares it. So no token is issued for a
 * password, a token or an API credential that is gone by now.
 */
export async function requireStillProven({ tx }: Act, proven: Proven): Promise<void> {
  const user = await findUserById(tx, proven.user.id);
  if (!user?.isEnabled) throw wrong();
  if (proven.grounds === null && user.passwordHash !== proven.user.passwordHash) throw wrong();
  if (proven.parentId !== null && (await findById(tx, proven.parentId))?.revokedAt !== null) throw wrong();
  if (proven.credentialId !== null && !(await findCredentialById(tx, proven.credentialId))) throw wrong();
}

import { rmSync, writeFileSync } from 'node:fs';
import { and, eq, gt, isNull } from 'drizzle-orm';
import { anonymous, bumpEpoch, lockEpoch, type Recovery, type Services, type Settings } from '../authority/index.js';
import { firstVersion, updateById } from '../db/by-id.js';
import type { Tx } from '../db/open.js';
import { type Id, newId } from '../platform/ids.js';
import { newPassword } from '../platform/secrets.js';
import { validName, validText } from '../platform/text.js';
import { roleAssignments } from './assignments/tables.js';
import { apiCredentials } from './credentials/tables.js';
import { domains } from './domains/tables.js';
import { removeOverrides } from './overrides/index.js';
import { roles } from './roles/tables.js';
import { tokens } from './tokens/tables.js';
import { BY_SERVER, hashPassword } from './users/index.js';
import { users } from './users/tables.js';

/** Recovery is not possible in this database or with this file. */
export class CannotRecover extends Error {}

/**
 * Gives the system an administrator when no administrator can log in: creates or enables the user, with a new password,
 * no tokens, no API credentials, and `admin` on the system without an end. For people with access to the database
 * itself; no policy applies.
 *
 * @throws CannotRecover when no server ever started on the database, the domain is missing, or the file exists.
 */
export async function recoverAdmin(
  services: Pick<Services, 'db' | 'clock' | 'recordAudit'> & { readonly settings: Pick<Settings, 'passwordCost'> },
  recovery: Recovery,
): Promise<void> {
  const name = validName(recovery.user, 'user');
  const reason = validText(recovery.reason, 'reason');
  const password = writePassword(recovery.passwordPath);
  try {
    const passwordHash = await hashPassword(password, services.settings.passwordCost, BY_SERVER);
    await services.db.transaction(async (tx) => {
      await lockEpoch(tx, 'update');
      const now = services.clock.now();
      const { domainId, roleId } = await find(tx, recovery.domain);
      const userId = await enable(tx, { domainId, name, passwordHash, now });
      await assign(tx, { userId, roleId, reason, now });
      const removedRevision = recovery.removesOverrides ? await removeOverrides(tx, reason, now) : null;
      await bumpEpoch(tx);
      const target = { type: 'User', id: userId } as const;
      const details = { user: name, domain: recovery.domain, removedRevision, reason };
      const fact = { action: 'system.admin_recovered', target, owner: { domainId }, details } as const;
      await services.recordAudit(tx, { requestId: 'recover-admin', actor: anonymous, at: now }, fact);
    });
  } catch (error) {
    rmSync(recovery.passwordPath, { force: true });
    throw error;
  }
}

/**
 * Writes the password before anything commits, so a failed run never leaves an administrator without a known password.
 */
function writePassword(path: string): string {
  const password = newPassword();
  try {
    writeFileSync(path, `${password}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST')
      throw new CannotRecover(`${path} already exists: remove it, or name another file.`);
    throw error;
  }
  return password;
}

async function find(tx: Tx, domain: string): Promise<{ readonly domainId: Id<'Domain'>; readonly roleId: Id<'Role'> }> {
  const [role] = await tx
    .select({ id: roles.id })
    .from(roles)
    .where(and(eq(roles.name, 'admin'), isNull(roles.domainId)));
  const [row] = await tx.select({ id: domains.id }).from(domains).where(eq(domains.name, domain));
  if (role === undefined || row === undefined) throw new CannotRecover(`There is no domain ${domain}.`);
  return { domainId: row.id, roleId: role.id };
}

interface Enabled {
  readonly domainId: Id<'Domain'>;
  readonly name: string;
  readonly passwordHash: string;
  readonly now: Date;
}

async function enable(tx: Tx, { domainId, name, passwordHash, now }: Enabled): Promise<Id<'User'>> {
  const isUser = and(eq(users.domainId, domainId), eq(users.name, name));
  const [known] = await tx.select({ id: users.id }).from(users).where(isUser).for('update');
  const state = { passwordHash, isEnabled: true, mustChangePassword: true };
  if (known === undefined) {
    const id = newId('User');
    await tx.insert(users).values({ id, domainId, name, ...state, ...firstVersion(now) });
    return id;
  }
  await updateById({ tx, now }, users, known.id, state);
  // Whoever had the old password may have these.
  const isOpen = and(eq(tokens.userId, known.id), isNull(tokens.revokedAt));
  await tx.update(tokens).set({ revokedAt: now }).where(isOpen);
  const lasts = and(eq(apiCredentials.userId, known.id), gt(apiCredentials.expiresAt, now));
  await tx.update(apiCredentials).set({ expiresAt: now }).where(lasts);
  return known.id;
}

interface Assigned {
  readonly userId: Id<'User'>;
  readonly roleId: Id<'Role'>;
  readonly reason: string | null;
  readonly now: Date;
}

/** An existing assignment loses its beginning and its end. */
async function assign(tx: Tx, { userId, roleId, reason, now }: Assigned): Promise<void> {
  const held = and(
    eq(roleAssignments.userId, userId),
    eq(roleAssignments.roleId, roleId),
    eq(roleAssignments.scopeType, 'system'),
  );
  const updated = await tx
    .update(roleAssignments)
    .set({ notBefore: null, expiresAt: null })
    .where(held)
    .returning({ id: roleAssignments.id });
  if (updated.length > 0) return;
  const row = { id: newId('RoleAssignment'), userId, roleId, scopeType: 'system', isInherited: false } as const;
  await tx.insert(roleAssignments).values({ ...row, reason: reason ?? 'recovery', createdAt: now });
}

import { lstatSync, readFileSync } from 'node:fs';
import { and, eq } from 'drizzle-orm';
import { anonymous, insertEpoch, lockEpoch, type Services } from '../authority/index.js';
import { firstVersion } from '../db/by-id.js';
import type { Tx } from '../db/open.js';
import { CannotStart } from '../platform/cannot-start.js';
import { createWhole } from '../platform/durable-file.js';
import { type Id, newId, noId } from '../platform/ids.js';
import { newPassword } from '../platform/secrets.js';
import { HIERARCHY } from './assignments/grant-rule.js';
import { roleAssignments } from './assignments/tables.js';
import { domains } from './domains/tables.js';
import { projects } from './projects/tables.js';
import { roleImplications, roles } from './roles/tables.js';
import { BY_SERVER, hashPassword, PASSWORD_LENGTH_MIN, passwordMatches } from './users/password.js';
import { users } from './users/tables.js';

/**
 * First start: creates the roles, the domain and project `default`, and the user `admin` with a generated password, who
 * is admin of the system and of that project. Writes the password to a private file before anything commits, so a
 * failed start never leaves an administrator without a known password.
 *
 * @returns the path of the password file on the first start, otherwise null.
 */
export async function bootstrapIdentity(services: Services, passwordPath: string): Promise<string | null> {
  await insertEpoch(services.db);
  const [known] = await services.db.select({ id: roles.id }).from(roles).limit(1);
  if (known) return null;
  const passwordHash = await hashPassword(passwordIn(passwordPath), services.settings.passwordCost, BY_SERVER);
  return services.db.transaction(async (tx) => {
    await lockEpoch(tx, 'update');
    const [other] = await tx.select({ id: roles.id }).from(roles).limit(1);
    if (other) return null;
    const createdAt = services.clock.now();
    const first = firstVersion(createdAt);
    const ids = await insertRoles(tx, first);
    const domainId = newId('Domain');
    await tx.insert(domains).values({ id: domainId, name: 'default', ...first });
    const projectId = newId('Project');
    await tx.insert(projects).values({ id: projectId, domainId, name: 'default', ...first });
    const userId = newId('User');
    const state = { isEnabled: true, mustChangePassword: true, ...first };
    await tx.insert(users).values({ id: userId, domainId, name: 'admin', passwordHash, ...state });
    const admin = {
      userId,
      roleId: ids.get('admin') ?? noId('Role'),
      isInherited: false,
      createdAt,
      reason: 'first start',
    };
    await tx.insert(roleAssignments).values([
      { ...admin, id: newId('RoleAssignment'), scopeType: 'system' },
      { ...admin, id: newId('RoleAssignment'), scopeType: 'project', domainId, projectId },
    ]);
    const request = { requestId: 'first-start', actor: anonymous, at: createdAt };
    const details = { user: 'admin', roles: ['system admin', 'admin of project default'] };
    await services.recordAudit(tx, request, {
      action: 'system.bootstrapped',
      target: { type: 'User', id: userId },
      owner: { domainId, projectId },
      details,
    });
    return passwordPath;
  });
}

/**
 * Whether the administrator of the first start still has the password in a file. A first start that failed after its
 * commit has not said where it is.
 */
export async function isFirstPassword({ db, settings }: Services, path: string): Promise<boolean> {
  const password = passwordOf(path);
  if (password === null) return false;
  const isAdmin = and(eq(domains.name, 'default'), eq(users.name, 'admin'), eq(users.mustChangePassword, true));
  const found = await db
    .select()
    .from(users)
    .innerJoin(domains, eq(domains.id, users.domainId))
    .where(isAdmin)
    .limit(1);
  const hash = found[0]?.users.passwordHash ?? null;
  return hash !== null && passwordMatches(password, hash, settings.passwordCost, BY_SERVER);
}

async function insertRoles(tx: Tx, first: ReturnType<typeof firstVersion>): Promise<ReadonlyMap<string, Id<'Role'>>> {
  const ids = new Map([...HIERARCHY, 'service'].map((name): [string, Id<'Role'>] => [name, newId('Role')]));
  await tx.insert(roles).values([...ids].map(([name, id]) => ({ id, name, isImmutable: true, ...first })));
  const pairs = HIERARCHY.slice(1).map((name, index) => ({
    roleId: ids.get(HIERARCHY[index] ?? '') ?? noId('Role'),
    impliedRoleId: ids.get(name) ?? noId('Role'),
  }));
  await tx.insert(roleImplications).values(pairs);
  return ids;
}

/** The password of an earlier start that did not finish, or a new one. */
function passwordIn(path: string): string {
  const kept = keptPassword(path);
  if (kept !== null) return kept;
  const password = newPassword();
  // If another start created the file meanwhile, its password applies.
  return createWhole(path, `${password}\n`) ? password : passwordIn(path);
}

/**
 * Null when there is no file.
 * @throws CannotStart for a file that is not private to this user, or has no password: whoever put it there would
 *   become the administrator.
 */
function keptPassword(path: string): string | null {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return null;
  const password = passwordOf(path);
  if (password !== null) return password;
  throw new CannotStart(
    `${path} is no password file that this user wrote for itself alone: remove it and start again.`,
  );
}

/** The password in a file that is private to this user; null for any other file, and for none. */
function passwordOf(path: string): string | null {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined || !found.isFile()) return null;
  const isPrivate = (found.mode & 0o077) === 0 && found.uid === (process.getuid?.() ?? found.uid);
  const password = isPrivate ? readFileSync(path, 'utf8').trim() : '';
  return password.length >= PASSWORD_LENGTH_MIN ? password : null;
}

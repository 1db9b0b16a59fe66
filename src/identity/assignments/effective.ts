import { and, eq, inArray, or } from 'drizzle-orm';
import { LRUCache } from 'lru-cache';
import type { Db } from '../../db/open.js';
import { roleImplications, roles } from '../roles/tables.js';
import { roleAssignments } from './tables.js';

/** A scope that roles are held on. */
export interface RoleScope {
  readonly type: 'system' | 'domain' | 'project';
  readonly domainId: string | null;
  readonly projectId: string | null;
}

interface Held {
  readonly names: readonly string[];
  readonly notBefore: Date | null;
  readonly expiresAt: Date | null;
}

interface Cached {
  readonly epoch: number;
  readonly held: readonly Held[];
}

const CACHED_MAX = 10_000;
const caches = new WeakMap<object, LRUCache<string, Cached>>();

/**
 * Names of the roles that a user holds on a scope at a time, implied ones included, sorted. What is read is kept under
 * the authorization epoch; the times of assignments are looked at on every use.
 */
export async function effectiveRoles(
  db: Db,
  cacheOwner: object,
  user: string,
  scope: RoleScope,
  epoch: number,
  now: Date,
): Promise<readonly string[]> {
  const cache = cacheOf(cacheOwner);
  const key = `${user} ${scope.type} ${scope.projectId ?? scope.domainId ?? ''}`;
  let cached = cache.get(key);
  if (cached?.epoch !== epoch) {
    cached = { epoch, held: await readHeld(db, user, scope) };
    cache.set(key, cached);
  }
  const inForce = cached.held.filter(
    ({ notBefore, expiresAt }) => (notBefore === null || notBefore <= now) && (expiresAt === null || now < expiresAt),
  );
  return [...new Set(inForce.flatMap((held) => held.names))].sort();
}

function cacheOf(owner: object): LRUCache<string, Cached> {
  const cache = caches.get(owner) ?? new LRUCache<string, Cached>({ max: CACHED_MAX });
  caches.set(owner, cache);
  return cache;
}

async function readHeld(db: Db, userId: string, scope: RoleScope): Promise<Held[]> {
  const rows = await db
    .select()
    .from(roleAssignments)
    .where(and(eq(roleAssignments.userId, userId), holdsOn(scope)));
  if (rows.length === 0) return [];
  const closure = await impliedNames(db);
  return rows.map((row) => ({
    names: closure.get(row.roleId) ?? [],
    notBefore: row.notBefore,
    expiresAt: row.expiresAt,
  }));
}

/** Assignments on the scope itself, and inherited ones of what contains it. */
function holdsOn(scope: RoleScope) {
  const own = and(eq(roleAssignments.scopeType, scope.type), eq(roleAssignments.isInherited, false));
  if (scope.type === 'system') return own;
  const domainId = eq(roleAssignments.domainId, scope.domainId ?? '');
  if (scope.type === 'domain') return and(own, domainId);
  const ofDomain = and(eq(roleAssignments.scopeType, 'domain'), eq(roleAssignments.isInherited, true), domainId);
  return or(and(own, eq(roleAssignments.projectId, scope.projectId ?? '')), ofDomain);
}

/** Every role's name and the names of all that it implies, directly or not, by the role's id. */
export async function impliedNames(db: Db): Promise<ReadonlyMap<string, readonly string[]>> {
  const all = await db.select().from(roles);
  const edges = await db
    .select()
    .from(roleImplications)
    .where(
      inArray(
        roleImplications.roleId,
        all.map((role) => role.id),
      ),
    );
  const nameOf = new Map(all.map((role) => [role.id, role.name]));
  const closure = (id: string, seen: Set<string>): Set<string> => {
    if (seen.has(id)) return seen;
    seen.add(id);
    for (const edge of edges) if (edge.roleId === id) closure(edge.impliedRoleId, seen);
    return seen;
  };
  return new Map(all.map(({ id }) => [id, [...closure(id, new Set())].map((held) => nameOf.get(held) ?? '')]));
}

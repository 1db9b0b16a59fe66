import { and, eq, gt, isNull, lte, or, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { LRUCache } from 'lru-cache';
import type { Db } from '../../db/open.js';
import { type Id, noId } from '../../platform/ids.js';
import { groupMembers } from '../groups/tables.js';
import { projects } from '../projects/tables.js';
import { roleGraph } from '../roles/index.js';
import { type AssignmentRow, roleAssignments } from './tables.js';

/** A scope on which roles are held. */
export interface RoleScope {
  readonly type: 'system' | 'domain' | 'project';
  readonly domainId: Id<'Domain'> | null;
  readonly projectId: Id<'Project'> | null;
}

interface Held {
  readonly names: readonly string[];
  readonly notBefore: Date | null;
  readonly expiresAt: Date | null;
}

interface Cached {
  readonly epoch: number;
  readonly held: readonly Held[];
  /** The names of all that is held, where none of it begins or ends. */
  readonly always: readonly string[] | null;
}

const CACHED_MAX = 10_000;
const caches = new WeakMap<object, LRUCache<string, Cached>>();

/** The roles of a user on a scope at a time. */
export interface RolesInForce {
  /** Names, implied roles included, sorted. */
  readonly names: readonly string[];
  /** When the next assignment begins or ends; null if none will. */
  readonly until: Date | null;
  /** Those of the names that a token has that is limited to these roles: them and what they imply. */
  limitedTo(roles: readonly string[]): Promise<readonly string[]>;
}

/**
 * The roles that a user holds on a scope at a time. Assignments are cached per authorization epoch; each call checks
 * their times again.
 */
export async function rolesInForce(
  db: Db,
  cacheOwner: object,
  user: Id<'User'>,
  scope: RoleScope,
  epoch: number,
  now: Date,
): Promise<RolesInForce> {
  const cache = cacheOf(cacheOwner);
  const key = `${user} ${scope.type} ${scope.projectId ?? scope.domainId ?? ''}`;
  let cached = cache.get(key);
  if (cached?.epoch !== epoch) {
    const held = await readHeld(db, cacheOwner, user, scope, epoch);
    const isTimeless = held.every(({ notBefore, expiresAt }) => notBefore === null && expiresAt === null);
    cached = { epoch, held, always: isTimeless ? namesOf(held) : null };
    cache.set(key, cached);
  }
  const { held, always } = cached;
  const names = always ?? namesOf(held.filter((one) => isInForce(one, now)));
  const limitedTo = async (roles: readonly string[]) => {
    // Not kept with what is held: entries stay long, and would keep the graphs of their epochs.
    const kept = (await roleGraph(db, cacheOwner, epoch, scope.domainId)).withImplied(roles);
    return names.filter((name) => kept.has(name));
  };
  return { names, until: always === null ? nextChange(held, now) : null, limitedTo };
}

const namesOf = (held: readonly Held[]): readonly string[] => [...new Set(held.flatMap(({ names }) => names))].sort();

/** Names of the roles that a user holds on a scope at a time, implied roles included, sorted. */
export async function effectiveRoles(...asked: Parameters<typeof rolesInForce>): Promise<readonly string[]> {
  return (await rolesInForce(...asked)).names;
}

function nextChange(held: readonly Held[], now: Date): Date | null {
  const changes = held
    .flatMap(({ notBefore, expiresAt }) => [notBefore, expiresAt])
    .filter((time): time is Date => time !== null && now < time);
  return changes.reduce<Date | null>((first, time) => (first === null || time < first ? time : first), null);
}

/** Whether an assignment is in force at a time. */
export function isInForce(
  { notBefore, expiresAt }: Pick<AssignmentRow, 'notBefore' | 'expiresAt'>,
  now: Date,
): boolean {
  return (notBefore === null || notBefore <= now) && (expiresAt === null || now < expiresAt);
}

/** `isInForce` as a condition on assignments. */
export function holdsAt(now: Date): SQL | undefined {
  const { notBefore, expiresAt } = roleAssignments;
  return and(or(isNull(notBefore), lte(notBefore, now)), or(isNull(expiresAt), gt(expiresAt, now)));
}

function cacheOf(owner: object): LRUCache<string, Cached> {
  const cache = caches.get(owner) ?? new LRUCache<string, Cached>({ max: CACHED_MAX });
  caches.set(owner, cache);
  return cache;
}

async function readHeld(db: Db, owner: object, userId: Id<'User'>, scope: RoleScope, epoch: number): Promise<Held[]> {
  const rows = await listHeldOn(db, userId, scope);
  if (rows.length === 0) return [];
  const graph = await roleGraph(db, owner, epoch, scope.domainId);
  return rows.map(({ roleId, notBefore, expiresAt }) => ({ names: graph.namesOf(roleId), notBefore, expiresAt }));
}

/** The assignments by which a user holds roles on a scope: its own and its groups', on the scope or inherited from above. */
export function listHeldOn(db: Db, userId: Id<'User'>, scope: RoleScope): Promise<AssignmentRow[]> {
  return db
    .select()
    .from(roleAssignments)
    .where(and(isHeldBy(db, userId), holdsOn(scope)));
}

/** Every assignment by which a user holds roles anywhere, its groups' included. */
export function listHeldBy(db: Db, userId: Id<'User'>): Promise<AssignmentRow[]> {
  return db.select().from(roleAssignments).where(isHeldBy(db, userId));
}

/** Every assignment of a group. */
export function listHeldByGroup(db: Db, groupId: Id<'Group'>): Promise<AssignmentRow[]> {
  return db.select().from(roleAssignments).where(eq(roleAssignments.groupId, groupId));
}

/** Every assignment on the scope itself, for any holder, inherited below or not. */
export function listGivenOn(db: Db, scope: RoleScope): Promise<AssignmentRow[]> {
  return db.select().from(roleAssignments).where(isGivenOn(scope));
}

/** The same of a scope whose ids are columns of another table. */
interface GivenScope {
  readonly type: RoleScope['type'];
  readonly domainId: RoleScope['domainId'] | PgColumn;
  readonly projectId: RoleScope['projectId'] | PgColumn;
}

export function isGivenOn({ type, domainId, projectId }: GivenScope): SQL | undefined {
  return and(
    eq(roleAssignments.scopeType, type),
    domainId === null ? undefined : eq(roleAssignments.domainId, domainId),
    projectId === null ? undefined : eq(roleAssignments.projectId, projectId),
  );
}

/** Whether an assignment is a user's or its groups', of whom the id may be a column of another table. */
export function isHeldBy(db: Db, userId: Id<'User'> | PgColumn): SQL | undefined {
  const own = db.select({ id: groupMembers.groupId }).from(groupMembers).where(eq(groupMembers.userId, userId));
  // An array, which both engines look up in the index; for `in` beside `or` they read all assignments.
  return or(eq(roleAssignments.userId, userId), sql`${roleAssignments.groupId} = any(array${own})`);
}

/** On the scope itself, and inherited from what contains it: for a project, its domain and the projects above it. */
export function holdsOn(scope: RoleScope): SQL | undefined {
  const own = and(eq(roleAssignments.scopeType, scope.type), eq(roleAssignments.isInherited, false));
  if (scope.type === 'system') return own;
  const inDomain = eq(roleAssignments.domainId, scope.domainId ?? noId('Domain'));
  if (scope.type === 'domain') return and(own, inDomain);
  const inherited = and(
    eq(roleAssignments.isInherited, true),
    inDomain,
    or(eq(roleAssignments.scopeType, 'domain'), sql`${roleAssignments.projectId} in ${ancestorsOf(scope.projectId)}`),
  );
  return or(and(own, eq(roleAssignments.projectId, scope.projectId ?? noId('Project'))), inherited);
}

/** The projects that a project is in, without itself. */
function ancestorsOf(projectId: Id<'Project'> | null): SQL {
  return sql`(with recursive above (id) as (
    select parent_id from ${projects} where id = ${projectId}
    union all select p.parent_id from ${projects} p join above on p.id = above.id
  ) select id from above where id is not null)`;
}

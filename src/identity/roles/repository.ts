import { and, asc, count, eq, inArray, isNull, type SQL, sql } from 'drizzle-orm';
import { anyOf, equals, type Values } from '../../db/among.js';
import { type Change, updateById } from '../../db/by-id.js';
import { connectionByName, type NamedArgs, type NameFilter, startsWith } from '../../db/by-name.js';
import { holdOwner } from '../../db/hold-owner.js';
import type { Db, Tx } from '../../db/open.js';
import type { Id } from '../../platform/ids.js';
import type { Connection } from '../../platform/pagination.js';
import type { Visible } from '../../platform/policy/index.js';
import { clause } from '../../platform/sql/clause.js';
import { domains } from '../domains/tables.js';
import { type RoleRow, roleImplications, roles } from './tables.js';

export interface RoleFilter extends NameFilter {
  readonly domainIds?: Values<Id<'Domain'>>;
  readonly isGlobal?: boolean | null | undefined;
}

/** A role and what it implies. */
export type RoleView = RoleRow & {
  /** Names of the global roles that it brings, directly or not. */
  readonly implies: readonly string[];
  /** Ids of the roles that it implies directly. */
  readonly impliedRoleIds: readonly Id<'Role'>[];
  /** A digest of the ids and versions of all roles that it implies, directly or not; null when it implies none. */
  readonly impliedState: string | null;
};

const reach = sql<Pick<RoleView, 'implies' | 'impliedState'>>`(
  with recursive reached (id) as (
    select e.implied_role_id from ${roleImplications} e where e.role_id = ${roles}.id
    union select e.implied_role_id from ${roleImplications} e join reached on e.role_id = reached.id
  ) select json_build_object(
    'implies', coalesce(json_agg(r.name order by r.name) filter (where r.domain_id is null), '[]'),
    'impliedState', encode(sha256(convert_to(string_agg(r.id || '.' || r.version, ' ' order by r.id), 'UTF8')), 'hex')
  ) from ${roles} r join reached on reached.id = r.id)`;
const impliedRoleIds = sql<Id<'Role'>[]>`(
  select coalesce(json_agg(e.implied_role_id order by e.implied_role_id), '[]') from ${roleImplications} e
  where e.role_id = ${roles}.id)`;

async function views(db: Db, where: SQL | undefined, orderBy: SQL[], limit: number): Promise<RoleView[]> {
  const rows = await db
    .select({ role: roles, reach, impliedRoleIds })
    .from(roles)
    .where(where)
    .orderBy(...orderBy)
    .limit(limit);
  return rows.map(({ role, reach: reached, ...implied }) => ({ ...role, ...reached, ...implied }));
}

export async function findById(db: Db, id: Id<'Role'>): Promise<RoleView | undefined> {
  const [row] = await views(db, eq(roles.id, id), [], 1);
  return row;
}

/** The global role of a name, in lower case. */
export async function findGlobal(db: Db, name: string): Promise<RoleView | undefined> {
  const [row] = await views(db, and(isNull(roles.domainId), equals(roles.name, name)), [], 1);
  return row;
}

/** Those of one name, one of a domain and a global one at most. Does not check whether the caller may see them. */
export const listMatching = (db: Db, where: SQL | undefined): Promise<RoleView[]> => views(db, where, [], 2);

export function listByIds(db: Db, visible: Visible<typeof roles>, ids: readonly Id<'Role'>[]): Promise<RoleView[]> {
  return views(db, and(visible.where, inArray(roles.id, [...ids])), [asc(roles.id)], ids.length);
}

export function list(
  db: Db,
  visible: Visible<typeof roles>,
  args: NamedArgs<RoleFilter>,
): Promise<Connection<RoleView>> {
  const { names, nameStartsWith, domainIds, isGlobal } = args.filter ?? {};
  // Names of roles are in lower case.
  const filters = [anyOf(roles.name, names?.map(lower)), anyOf(roles.domainId, domainIds)];
  const also = [startsWith(roles.name, nameStartsWith?.toLowerCase())];
  if (isGlobal != null) also.push(isGlobal ? clause`${roles.domainId} is null` : clause`${roles.domainId} is not null`);
  return connectionByName(db, roles, { visible, filters, also }, args, (...page) => views(db, ...page));
}

const lower = (name: string) => name.toLowerCase();

/** How many a domain or, with null, the system has. Holds this owner. */
export async function countOfOwner(tx: Tx, domainId: Id<'Domain'> | null): Promise<number> {
  await holdOwner(tx, domains.id, domainId);
  const owner = domainId === null ? isNull(roles.domainId) : eq(roles.domainId, domainId);
  const [row] = await tx.select({ found: count() }).from(roles).where(owner);
  return row?.found ?? 0;
}

export async function insert(tx: Tx, row: RoleRow): Promise<void> {
  await tx.insert(roles).values(row);
}

/** Writes the role and increments its version. */
export const update = (act: Change, { id, name, description, isSystemOnly }: RoleRow): Promise<void> =>
  updateById(act, roles, id, { name, description, isSystemOnly });

/** Removes a role together with what it implies. */
export async function remove(tx: Tx, id: Id<'Role'>): Promise<void> {
  await tx.delete(roleImplications).where(eq(roleImplications.roleId, id));
  await tx.delete(roles).where(eq(roles.id, id));
}

export async function insertImplication(tx: Tx, roleId: Id<'Role'>, impliedRoleId: Id<'Role'>): Promise<void> {
  await tx.insert(roleImplications).values({ roleId, impliedRoleId });
}

export async function removeImplication(tx: Tx, roleId: Id<'Role'>, impliedRoleId: Id<'Role'>): Promise<void> {
  const { roleId: from, impliedRoleId: to } = roleImplications;
  await tx.delete(roleImplications).where(and(eq(from, roleId), eq(to, impliedRoleId)));
}

import { and, asc, eq, inArray, isNotNull, ne, or, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { comesAfter } from '../../db/by-id.js';
import type { Db } from '../../db/open.js';
import { type JsonRow, rowFrom, rowsOf } from '../../db/rows.js';
import type { Id } from '../../platform/ids.js';
import type { Visible } from '../../platform/policy/index.js';
import { type AgentRow, agents } from '../agents/tables.js';
import { holdsOn, type RoleScope } from '../assignments/index.js';
import { roleAssignments } from '../assignments/tables.js';
import { groupMembers } from '../groups/tables.js';
import { type UserRow, users } from '../users/tables.js';
import type { Places } from './places.js';

/** A scope where callers can pass, and whether the caller may see everybody's rights there. */
export interface Place {
  readonly scope: RoleScope;
  readonly isOpen: boolean;
}

/** Which principals to read: those that the caller may see (`isListed`), or the others. */
export interface Audience {
  readonly isListed: boolean;
  readonly selfId: Id<'User'>;
  readonly users: Visible<typeof users>;
  readonly agents: Visible<typeof agents>;
  readonly hasOpenAgents: boolean;
}

export interface Part {
  /** Only ids after this one. */
  readonly after: string;
  /** Maximum rows to return. */
  readonly limit: number;
  /** Maximum holders to consider for these rows. */
  readonly lookedAt: number;
}

/** The rows of a part, and the last id that it considered; null when nothing follows. */
export interface Found<Row> {
  readonly rows: readonly Row[];
  readonly end: string | null;
}

/**
 * Users who hold something at one of the places, by id. Each source (own assignments, group assignments) is cut to one
 * part before the union, and visibility is checked only afterwards. So a part costs no more when many holders follow,
 * or when none is found.
 */
export async function listUsers(
  db: Db,
  places: readonly Place[],
  limits: Pick<Places, 'userIds' | 'roleIds'>,
  audience: Audience,
  part: Part,
): Promise<Found<UserRow>> {
  const ways = [true, false].flatMap((isOpen) => {
    const alike = places.filter((place) => place.isOpen === isOpen);
    if (alike.length === 0) return [];
    const given = and(
      or(...alike.map(({ scope }) => holdsOn(scope))),
      limits.roleIds === null ? undefined : inArray(roleAssignments.roleId, [...limits.roleIds]),
    );
    const who = (id: PgColumn) =>
      and(
        comesAfter(id, part.after),
        isOpen ? undefined : ofOthers(audience, id),
        limits.userIds === null ? undefined : inArray(id, [...limits.userIds]),
      );
    return [own(given, who, part.lookedAt), ofGroups(db, given, who, part.lookedAt)].map(
      (ids) => sql`select id, ${isOpen}::boolean from ${ids}`,
    );
  });
  if (ways.length === 0) return { rows: [], end: null };
  const [found] = await rowsOf<{ count: number; last: string | null; rows: JsonRow[] | null }>(
    db,
    sql`with considered (id, is_open, is_closed) as (
        select id, bool_or(is_open), bool_or(not is_open)
        from (${sql.join(ways, sql` union all `)}) way (id, is_open) group by id order by id limit ${part.lookedAt}
      ), found (id, row) as (
        select ${users.id}, to_json(${users}) from considered join ${users} on ${users.id} = considered.id
        where ${users.isEnabled} and ${isTold(audience)} order by 1 limit ${part.limit}
      )
      select (select count(*)::int from considered), (select max(id) as last from considered),
        (select json_agg(row order by id) as rows from found)`,
  );
  const rows = (found?.rows ?? []).map((row) => rowFrom(users, row));
  return { rows, end: rows.length === part.limit ? (rows.at(-1)?.id ?? null) : endOf(found, part.lookedAt) };
}

const endOf = (found: { count: number; last: string | null } | undefined, lookedAt: number): string | null =>
  found?.count === lookedAt ? found.last : null;

/**
 * Where the caller may see only its own rights, the listed user is the caller, and the unlisted ones are all others.
 */
function ofOthers({ isListed, selfId }: Audience, id: PgColumn): SQL {
  return isListed ? eq(id, selfId) : ne(id, selfId);
}

/** A condition on the considered users: the caller may see them, or may not. */
function isTold({ isListed, users: visible }: Audience): SQL {
  return isListed ? visible.where : sql`(is_closed or ${isNot(visible.where)})`;
}

type Who = (id: PgColumn) => SQL | undefined;

function own(given: SQL | undefined, who: Who, limit: number): SQL {
  const { userId } = roleAssignments;
  return sql`(select distinct ${userId} from ${roleAssignments}
    where ${and(who(userId), given)} order by 1 limit ${limit}) own (id)`;
}

/** Group by group: the planner cannot estimate the number of members of each group in a plain join. */
function ofGroups(db: Db, given: SQL | undefined, who: Who, limit: number): SQL {
  const { groupId, userId } = groupMembers;
  const holding = db
    .selectDistinct({ id: roleAssignments.groupId })
    .from(roleAssignments)
    .where(and(isNotNull(roleAssignments.groupId), given));
  return sql`${holding} holding (group_id) cross join lateral (select ${userId} from ${groupMembers}
    where ${groupId} = holding.group_id and ${who(userId)} order by 1 limit ${limit}) member (id)`;
}

/** Agents that could pass, by id. */
export async function listAgents(
  db: Db,
  { ids, projectIds, related }: Places['agents'],
  audience: Audience,
  { after, limit }: Part,
): Promise<Found<AgentRow>> {
  if (ids.length + projectIds.length + related.length === 0) return { rows: [], end: null };
  const listed = audience.hasOpenAgents ? audience.agents.where : sql`false`;
  const rows = await db
    .select()
    .from(agents)
    .where(
      and(
        comesAfter(agents.id, after),
        or(
          inArray(agents.id, [...ids]),
          inArray(agents.projectId, [...projectIds]),
          ...related.map((tied) => sql`${agents.id} in (${tied})`),
        ),
        audience.isListed ? listed : isNot(listed),
      ),
    )
    .orderBy(asc(agents.id))
    .limit(limit);
  return { rows, end: rows.length === limit ? (rows.at(-1)?.id ?? null) : null };
}

/** A condition that is null counts as false. */
const isNot = (condition: SQL): SQL => sql`not coalesce(${condition}, false)`;

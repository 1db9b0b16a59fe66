import { and, asc, eq, gt, inArray, isNotNull, ne, or, type SQL, sql } from 'drizzle-orm';
import type { Db } from '../../db/open.js';
import type { Visible } from '../../platform/policy/index.js';
import { type AgentRow, agents } from '../agents/tables.js';
import { holdsOn, type RoleScope } from '../assignments/index.js';
import { roleAssignments } from '../assignments/tables.js';
import { groupMembers } from '../groups/tables.js';
import { type UserRow, users } from '../users/tables.js';
import type { Places } from './places.js';

/** A scope that callers can pass at, and whether who asks may know of everybody's rights there. */
export interface Place {
  readonly scope: RoleScope;
  readonly isOpen: boolean;
}

/** Whom to read: those that may be told to who asks, or the others. */
export interface Audience {
  readonly isShown: boolean;
  readonly selfId: string;
  readonly users: Visible<typeof users>;
  readonly agents: Visible<typeof agents>;
  readonly hasOpenAgents: boolean;
}

export interface Part {
  /** Ids that come after this one. */
  readonly after: string;
  readonly limit: number;
}

/**
 * Users who hold something at one of the places, by id. Each way to hold is cut to a part of its own before they are put
 * together, so that a part costs no more when many follow.
 */
export async function listUsers(
  db: Db,
  places: readonly Place[],
  limits: Pick<Places, 'userIds' | 'roleIds'>,
  audience: Audience,
  part: Part,
): Promise<UserRow[]> {
  const ways = [true, false].flatMap((isOpen) => {
    const alike = places.filter((place) => place.isOpen === isOpen);
    if (alike.length === 0) return [];
    const given = and(
      or(...alike.map(({ scope }) => holdsOn(scope))),
      limits.roleIds === null ? undefined : inArray(roleAssignments.roleId, [...limits.roleIds]),
    );
    const who = and(
      gt(users.id, part.after),
      eq(users.isEnabled, true),
      whoseRights(audience, isOpen),
      limits.userIds === null ? undefined : inArray(users.id, [...limits.userIds]),
    );
    return [own(db, given, who, part.limit), ofGroups(db, given, who, part)];
  });
  if (ways.length === 0) return [];
  return db
    .select()
    .from(users)
    .where(sql`${users.id} = any(array(${sql.join(ways, sql` union `)}))`)
    .orderBy(asc(users.id))
    .limit(part.limit);
}

/** A condition on users: that they are told, or that they are not. */
function whoseRights({ isShown, users: visible, selfId }: Audience, isOpen: boolean): SQL | undefined {
  if (isShown) return and(visible.where, isOpen ? undefined : eq(users.id, selfId));
  return isOpen ? isNot(visible.where) : ne(users.id, selfId);
}

function own(db: Db, given: SQL | undefined, who: SQL | undefined, limit: number): SQL {
  const found = db
    .selectDistinct({ id: users.id })
    .from(roleAssignments)
    .innerJoin(users, eq(users.id, roleAssignments.userId))
    .where(and(given, who))
    .orderBy(asc(users.id))
    .limit(limit);
  return sql`${found}`;
}

/** Group by group, since how many members each has is not foreseen when they are joined. */
function ofGroups(db: Db, given: SQL | undefined, who: SQL | undefined, { after, limit }: Part): SQL {
  const holding = db
    .selectDistinct({ id: roleAssignments.groupId })
    .from(roleAssignments)
    .where(and(isNotNull(roleAssignments.groupId), given));
  const members = db
    .select({ id: groupMembers.userId })
    .from(groupMembers)
    .innerJoin(users, eq(users.id, groupMembers.userId))
    .where(and(sql`${groupMembers.groupId} = holding.id`, gt(groupMembers.userId, after), who))
    .orderBy(asc(groupMembers.userId))
    .limit(limit);
  return sql`(select member.id from ${holding} as holding (id) cross join lateral ${members} as member (id))`;
}

/** Agents that could pass, by id. */
export async function listAgents(
  db: Db,
  { ids, projectIds }: Places['agents'],
  audience: Audience,
  { after, limit }: Part,
): Promise<AgentRow[]> {
  if (ids.length + projectIds.length === 0) return [];
  const shown = audience.hasOpenAgents ? audience.agents.where : sql`false`;
  return db
    .select()
    .from(agents)
    .where(
      and(
        gt(agents.id, after),
        or(inArray(agents.id, [...ids]), inArray(agents.projectId, [...projectIds])),
        audience.isShown ? shown : isNot(shown),
      ),
    )
    .orderBy(asc(agents.id))
    .limit(limit);
}

/** A condition that says nothing does not hold. */
const isNot = (condition: SQL): SQL => sql`not coalesce(${condition}, false)`;

import { and, eq, inArray, isNotNull, type SQL, sql } from 'drizzle-orm';
import { type Context, requireOperation, userOf } from '../../authority/index.js';
import { among, requireFew, type Values } from '../../db/among.js';
import { rowsOf } from '../../db/rows.js';
import type { Id } from '../../platform/ids.js';
import {
  type Connection,
  connection,
  type PageArgs,
  type PageRequest,
  pageRequest,
} from '../../platform/pagination.js';
import type { Condition } from '../../platform/sql/clause.js';
import { holdsOn, isInForce } from '../assignments/index.js';
import { roleAssignments } from '../assignments/tables.js';
import { groupMembers, groups } from '../groups/tables.js';
import { readRoleGraph } from '../roles/index.js';
import type { ScopeInput } from '../scopes/index.js';
import { userGet } from '../users/index.js';
import { users } from '../users/tables.js';
import { type Holding, holdings } from './holdings.js';
import { pathTo, type RolePath } from './paths.js';
import { permissionGet } from './policies.js';
import { requireScope } from './principals.js';

interface Filter {
  readonly userIds?: Values<Id<'User'>>;
  readonly roles?: Values;
  readonly scope?: ScopeInput | null | undefined;
}

/** Shape of `EffectiveRoleAssignment`. */
export interface EffectiveAssignment {
  readonly userId: Id<'User'>;
  readonly roles: readonly string[];
  readonly isInForce: boolean;
  readonly path: RolePath;
}

/** Which users hold what by which assignments; a group's assignment is listed once for each member. */
export async function listEffectiveAssignments(
  context: Context,
  args: PageArgs & { filter?: Filter | null | undefined },
): Promise<Connection<EffectiveAssignment>> {
  requireOperation(context, permissionGet.name);
  const page = pageRequest(args, 'user,assignment', 2);
  const graph = await readRoleGraph(context.db);
  const { userIds, roles, scope } = args.filter ?? {};
  requireFew(roles);
  const on = scope == null ? undefined : await requireScope(context, scope, userOf(context.actor));
  const ofScopeAndRoles = and(
    on && holdsOn(on),
    among(roleAssignments.roleId, roles && graph.naming(roles.map((name) => name.toLowerCase()))),
  );
  const found = await readPage(context, ofScopeAndRoles, among(holdings.userId, userIds), page);
  const now = context.clock.now();
  const rows = found.map((holding) => {
    const { scopeType: type, domainId, projectId, roleId } = holding.assignment;
    return {
      userId: holding.userId,
      roles: graph.namesOf(roleId),
      isInForce: isInForce(holding.assignment, now),
      path: pathTo(context, graph, holding, on ?? { type, domainId, projectId }),
    };
  });
  return connection(rows, page, ({ userId, path }) => [userId, path.assignmentId]);
}

type Key = Pick<Holding, 'userId'> & { readonly assignmentId: Id<'RoleAssignment'> };

async function readPage(
  context: Context,
  ofAssignment: SQL | undefined,
  ofUser: Condition,
  page: PageRequest,
): Promise<Holding[]> {
  const keys = await readKeys(context, ofAssignment, ofUser, page);
  const ids = keys.map(({ assignmentId }) => assignmentId);
  const rows = await context.db
    .select({ assignment: roleAssignments, group: groups })
    .from(roleAssignments)
    .leftJoin(groups, eq(groups.id, roleAssignments.groupId))
    .where(inArray(roleAssignments.id, ids));
  const found = new Map(rows.map((row) => [row.assignment.id, row]));
  // Skips assignments that were removed between the two statements.
  return keys.flatMap(({ userId, assignmentId }) => {
    const row = found.get(assignmentId);
    return row ? [{ userId, ...row }] : [];
  });
}

/** Own and group assignments are each cut to a page before the union, so a page costs no more when there are many. */
function readKeys(
  { db, policies, actor }: Context,
  ofAssignment: SQL | undefined,
  ofUser: Condition,
  { after, first }: PageRequest,
): Promise<readonly Key[]> {
  const { id, groupId, domainId, userId } = roleAssignments;
  const where = and(
    policies.visible([permissionGet.name], actor, holdings).where,
    policies.visible([userGet.name], actor, users).where,
    ofUser,
    after === null ? undefined : sql`(${holdings.userId}, ${holdings.assignmentId}) > (${after[0]}, ${after[1]})`,
  );
  const part = (way: SQL) => sql`(with ${holdings} (user_id, assignment_id, domain_id) as (${way})
    select ${holdings.userId} as "userId", ${holdings.assignmentId} as "assignmentId"
    from ${holdings} join ${users} on ${users.id} = ${holdings.userId} where ${where} order by 1, 2 limit ${first + 1})`;
  const own = sql`select ${userId}, ${id}, ${domainId} from ${roleAssignments}
    where ${and(isNotNull(userId), ofAssignment)}`;
  const ofGroups = sql`select ${groupMembers.userId}, ${id}, ${domainId} from ${groupMembers}
    join ${roleAssignments} on ${groupId} = ${groupMembers.groupId} where ${and(isNotNull(groupId), ofAssignment)}`;
  return rowsOf<Key>(db, sql`${part(own)} union all ${part(ofGroups)} order by 1, 2 limit ${first + 1}`);
}

import { startsWith } from '../../db/by-name.js';
import type { Db } from '../../db/open.js';
import { rowsOf } from '../../db/rows.js';
import type { Id } from '../../platform/ids.js';
import { type Clause, clause, every, join } from '../../platform/sql/clause.js';
import { domains } from '../domains/tables.js';
import { groupMembers } from '../groups/tables.js';
import { projects } from '../projects/tables.js';
import { roleImplications, roles } from '../roles/tables.js';
import { holdsAt, type RoleScope } from './effective.js';
import { roleAssignments } from './tables.js';

/** A scope on which a user holds roles, and under which names people know it. */
export interface HeldScope extends RoleScope {
  readonly domainName: string | null;
  readonly projectName: string | null;
  /** Implied roles included, sorted. */
  readonly roles: readonly string[];
}

/** The widest first, in a list and in its cursors. */
export const WIDEST_FIRST = ['system', 'domain', 'project'] as const;

export interface HeldScopesPage {
  readonly limit: number;
  /** The type, the name and the id of the scope before the page. */
  readonly after: { readonly type: RoleScope['type']; readonly name: string; readonly id: string } | null;
  /** What the name of the domain or the project itself begins with. */
  readonly nameStartsWith?: string | null | undefined;
  /** The one scope that may be in the list. */
  readonly only?: RoleScope | undefined;
}

/**
 * The scopes on which a user holds roles at a time, by what `rolesInForce` says of each: the widest first, each kind by
 * name. It takes one statement, and reads no more than a page of the projects of a domain in which the user holds all.
 */
export async function listHeldScopes(
  db: Db,
  userId: Id<'User'>,
  now: Date,
  page: HeldScopesPage,
): Promise<readonly HeldScope[]> {
  const parts = partsOf(page);
  if (parts.length === 0) return [];
  const rows = await rowsOf<HeldScope>(
    db,
    clause`with recursive ${heldBy(userId, now)}, ${BROUGHT}, ${GIVEN}, ${BELOW},
    page as (
      select * from (${join(parts, UNION)}) found (place, type, name, id, domain_id, project_id)
      order by place, name, id limit ${page.limit}
    ), ${ABOVE}, ${REASONS}
    select page.type, nullif(page.domain_id, '') as "domainId", nullif(page.project_id, '') as "projectId",
      ${domains.name} as "domainName", case page.type when 'project' then page.name end as "projectName",
      json_agg(distinct role.name) as roles
    from page
    join reasons on reasons.id = page.id
    cross join lateral unnest(reasons.names) as role (name)
    left join ${domains} on ${domains.id} = page.domain_id
    group by page.place, page.type, page.name, page.id, page.domain_id, page.project_id, ${domains.name}
    order by page.place, page.name, page.id`,
  );
  return rows.map((row) => ({ ...row, roles: [...row.roles].sort() }));
}

const UNION = clause` union all `;

/** The user's own, and its groups': an index has each of the two, and none has both. */
const assignedTo = (userId: Id<'User'>): Clause => clause`(
  select * from ${roleAssignments} where ${roleAssignments.userId} = ${userId}
  union all
  select ${roleAssignments}.* from ${groupMembers} join ${roleAssignments} on ${roleAssignments.groupId} = ${groupMembers.groupId}
  where ${groupMembers.userId} = ${userId}
) as ${roleAssignments}`;

/** What the user holds. No id is the empty text, so that ids compare by equality. */
const heldBy = (userId: Id<'User'>, now: Date): Clause => clause`held as materialized (
  select distinct ${roleAssignments.scopeType} as type, coalesce(${roleAssignments.domainId}, '') as domain_id,
    coalesce(${roleAssignments.projectId}, '') as project_id, ${roleAssignments.isInherited} as is_inherited,
    ${roleAssignments.roleId} as role_id
  from ${assignedTo(userId)} where ${every([holdsAt(now)]) ?? clause`false`}
)`;

/** As `RoleGraph.namesOf`: a domain's role counts in its domain alone, and its own name never. */
const BROUGHT = clause`brought (domain_id, role_id, brings, name) as (
  select held.domain_id, held.role_id, ${roles.id}, case when ${roles.domainId} is null then ${roles.name} end
  from held join ${roles} on ${roles.id} = held.role_id
    and (${roles.domainId} is null or ${roles.domainId} = held.domain_id)
  union
  select brought.domain_id, brought.role_id, ${roles.id}, case when ${roles.domainId} is null then ${roles.name} end
  from brought join ${roleImplications} on ${roleImplications.roleId} = brought.brings
  join ${roles} on ${roles.id} = ${roleImplications.impliedRoleId}
    and (${roles.domainId} is null or ${roles.domainId} = brought.domain_id)
)`;

/** The names that are held, by where they were given. */
const GIVEN = clause`given as materialized (
  select held.type, held.domain_id, held.project_id, held.is_inherited, array_agg(distinct brought.name) as names
  from held join brought on brought.role_id = held.role_id and brought.domain_id = held.domain_id
  where brought.name is not null
  group by held.type, held.domain_id, held.project_id, held.is_inherited
)`;

/** The projects in those from which roles are inherited. */
const BELOW = clause`below (id, domain_id) as (
  select ${projects.id}, ${projects.domainId} from given
  join ${projects} on ${projects.parentId} = given.project_id and ${projects.domainId} = given.domain_id
  where given.is_inherited and given.type = 'project'
  union
  select ${projects.id}, ${projects.domainId} from below
  join ${projects} on ${projects.parentId} = below.id and ${projects.domainId} = below.domain_id
)`;

/** The projects that those of the page are in. */
const ABOVE = clause`above (id, ancestor) as (
  select page.project_id, ${projects.parentId} from page join ${projects} on ${projects.id} = page.project_id
  where ${projects.parentId} is not null
  union all
  select above.id, ${projects.parentId} from above join ${projects} on ${projects.id} = above.ancestor
  where ${projects.parentId} is not null
)`;

/** Why each scope of the page is in it, as `holdsOn` says: on itself, by its domain, by a project above. */
const REASONS = clause`reasons as (
  select page.id, given.names from page join given on not given.is_inherited
    and given.type = page.type and given.domain_id = page.domain_id and given.project_id = page.project_id
  union all
  select page.id, given.names from page join given on given.is_inherited
    and given.type = 'domain' and page.type = 'project' and given.domain_id = page.domain_id
  union all
  select above.id, given.names from above join given on given.is_inherited
    and given.type = 'project' and given.project_id = above.ancestor
)`;

/** The pages of those kinds of scopes that come behind the cursor. */
function partsOf({ limit, after, nameStartsWith, only }: HeldScopesPage): Clause[] {
  const placeOf = (type: RoleScope['type']) => WIDEST_FIRST.indexOf(type);
  const isAsked = (type: RoleScope['type']) =>
    (only === undefined || only.type === type) && (after === null || placeOf(type) >= placeOf(after.type));
  const conditionsOn = (table: typeof domains | typeof projects, type: RoleScope['type'], id: string | null) => [
    after?.type === type ? clause`(${table.name}, ${table.id}) > (${after.name}::text, ${after.id}::text)` : undefined,
    startsWith(table.name, nameStartsWith),
    only && clause`${table.id} = ${id}`,
  ];
  const parts: Clause[] = [];
  if (isAsked('system') && after === null && !nameStartsWith) parts.push(SYSTEM);
  if (isAsked('domain')) parts.push(domainsHeld(conditionsOn(domains, 'domain', only?.domainId ?? null), limit));
  if (isAsked('project'))
    parts.push(...projectsHeld(conditionsOn(projects, 'project', only?.projectId ?? null), limit));
  return parts;
}

type Conditions = readonly (Clause | undefined)[];

const SYSTEM = clause`select 0, 'system', '', '', '', ''
  where exists (select from given where type = 'system')`;

const domainsHeld = (conditions: Conditions, limit: number): Clause => clause`(
  select 1, 'domain', ${domains.name}, ${domains.id}, ${domains.id}, '' from ${domains}
  where ${every([clause`${domains.id} in (select domain_id from given where type = 'domain' and not is_inherited)`, ...conditions]) ?? clause`true`}
  order by ${domains.name}, ${domains.id} limit ${limit}
)`;

/** Of the domains in which all are held, each one's page by its index; of the others, those that are held. No project is in both. */
function projectsHeld(conditions: Conditions, limit: number): Clause[] {
  const all = clause`select domain_id from given where type = 'domain' and is_inherited`;
  const columns = clause`2, 'project', ${projects.name}, ${projects.id}, ${projects.domainId}, ${projects.id}`;
  const pageWhere = (condition: Clause) => clause`(select ${columns} from ${projects}
    where ${every([condition, ...conditions]) ?? clause`true`} order by ${projects.name}, ${projects.id} limit ${limit})`;
  const some = clause`select project_id from given where type = 'project' and not is_inherited union select id from below`;
  return [
    clause`(select found.* from (${all}) whole cross join lateral
      ${pageWhere(clause`${projects.domainId} = whole.domain_id`)} found)`,
    pageWhere(clause`${projects.id} in (${some}) and ${projects.domainId} not in (${all})`),
  ];
}

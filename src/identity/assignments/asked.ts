import { type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { type Context, type Obstacle, type RequiredObject, userOf } from '../../authority/index.js';
import type { Db } from '../../db/open.js';
import type { Id } from '../../platform/ids.js';
import { RoleGraph, roleGraph } from '../roles/index.js';
import { areOutlasting, callersEnds, type Given, type Grounds, graphOf, isWithin } from './require-grant.js';
import { roleAssignments } from './tables.js';

/** Of more assignments nobody is told: reading them all for each object of a page would take too long. */
const GIVEN_MAX = 1_000;

/** What the grant rule reads of an object. Of assignments that it cannot tell apart, the one that lasts longest. */
export interface ReadGiven {
  readonly count: number;
  readonly given: readonly {
    readonly userId: Id<'User'> | null;
    readonly domainId: Id<'Domain'> | null;
    readonly roleId: Id<'Role'>;
    readonly expiresAt: string | null;
  }[];
  /** The user whose own the object is. */
  readonly ownerId: Id<'User'> | null;
}

/** Reads the assignments of an object, by a condition that ties them to a row of its table. */
export function readsGiven(isGiven: (db: Db) => SQL | undefined, owner?: PgColumn): (context: Context) => SQL {
  const { userId, domainId, roleId, expiresAt } = roleAssignments;
  return (context) => sql`(select json_build_object('ownerId', ${owner ?? sql`null`},
      'count', coalesce(sum(alike.count), 0), 'given', coalesce(json_agg(to_json(alike)), '[]'))
    from (select role_id as "roleId", domain_id as "domainId", min(user_id) as "userId", count(*) as count,
        case when bool_and(expires_at is not null) then max(expires_at) end as "expiresAt"
      from (select ${userId}, ${domainId}, ${roleId}, ${expiresAt} from ${roleAssignments}
        where ${isGiven(context.db)} limit ${GIVEN_MAX + 1}) one
      group by role_id, domain_id, user_id is null, user_id is not distinct from ${userOf(context.actor)}::text) alike)`;
}

/** The same of an assignment itself. */
export function readsGivenItself(): SQL {
  const { userId, domainId, roleId, expiresAt } = roleAssignments;
  return sql`json_build_object('ownerId', null, 'count', 1, 'given', json_build_array(json_build_object(
    'roleId', ${roleId}, 'domainId', ${domainId}, 'userId', ${userId}, 'expiresAt', ${expiresAt})))`;
}

/** The grant rule on what `readsGiven` read, for a caller that only asks: `requireMayGrant` and `requireMayRevoke`. */
export function byGrantRule(change: 'grant' | 'revoke') {
  return async (context: Context, objects: readonly RequiredObject[]): Promise<ReadonlyMap<string, Obstacle>> => {
    const { policies, actor, db } = context;
    // What is only asked does not count as a decision that a candidate would change.
    const grounds: Grounds = { policies, actor, candidate: null, tx: db, now: context.clock.now() };
    const read = objects.map((object) => ({ id: object.id, ...givenOf(object) }));
    const all = read.flatMap(({ given }) => given);
    const graph = await graphToAsk(context, all);
    const lasting = change === 'grant' && all.length > 0 ? await callersEnds(grounds) : null;
    const refused = new Map<string, Obstacle>();
    for (const { id, given, isCut } of read) {
      if (!given.every((row) => isWithin(grounds, graph, row))) refused.set(id, 'GRANT_RULE');
      else if (isCut) refused.set(id, 'UNKNOWN');
      else if (lasting !== null && areOutlasting(lasting, graph, given, grounds.now)) refused.set(id, 'OUTLASTS_GIVER');
    }
    return refused;
  };
}

function givenOf({ read }: RequiredObject): { readonly given: readonly Given[]; readonly isCut: boolean } {
  const { count, given } = read as ReadGiven;
  const rows = given.map((row) => ({ ...row, expiresAt: row.expiresAt === null ? null : new Date(row.expiresAt) }));
  return { given: rows, isCut: count > GIVEN_MAX };
}

/** The graph that requests share has the global roles and those of the caller's domain, and most often that is enough. */
async function graphToAsk({ db, inForce, actor }: Context, given: readonly Given[]): Promise<RoleGraph> {
  if (given.length === 0) return new RoleGraph([], []);
  const domainId = actor.where !== null && 'domainId' in actor.where ? actor.where.domainId : null;
  const shared = await roleGraph(db, inForce, actor.epoch, domainId);
  return given.every(({ roleId }) => shared.get(roleId)) ? shared : graphOf({ tx: db }, given);
}

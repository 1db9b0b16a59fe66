import { and, eq, inArray, or, type SQL, sql } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import type { Tx } from '../../db/open.js';
import { type Id, noId } from '../../platform/ids.js';
import { isGivenOn, type RoleScope } from '../assignments/index.js';
import { roleAssignments } from '../assignments/tables.js';
import { apiCredentials } from '../credentials/tables.js';
import { groupMembers } from '../groups/tables.js';
import { tokens } from '../tokens/tables.js';

/** How many rows were removed along with the object. */
export interface Removed {
  readonly roleAssignments?: number;
  readonly memberships?: number;
  readonly tokens?: number;
  readonly apiCredentials?: number;
}

/** Removes what depends on a scope and on nothing else: roles assigned on it, its tokens and API credentials. */
export async function removeWithScope(tx: Tx, scope: RoleScope): Promise<Removed> {
  const isOn = (table: typeof tokens | typeof apiCredentials) =>
    and(
      eq(table.scopeType, scope.type),
      eq(table.domainId, scope.domainId ?? noId('Domain')),
      scope.projectId === null ? undefined : eq(table.projectId, scope.projectId),
    );
  const keys = tx.select({ id: apiCredentials.id }).from(apiCredentials).where(isOn(apiCredentials));
  return {
    tokens: await removeTokens(tx, or(isOn(tokens), inArray(tokens.credentialId, keys))),
    apiCredentials: await remove(tx, apiCredentials, isOn(apiCredentials)),
    roleAssignments: await remove(tx, roleAssignments, isGivenOn(scope)),
  };
}

/** Removes what makes a user be let in anywhere. */
export async function removeWithUser(tx: Tx, userId: Id<'User'>): Promise<Removed> {
  return {
    tokens: await removeTokens(tx, eq(tokens.userId, userId)),
    apiCredentials: await remove(tx, apiCredentials, eq(apiCredentials.userId, userId)),
    memberships: await remove(tx, groupMembers, eq(groupMembers.userId, userId)),
    roleAssignments: await remove(tx, roleAssignments, eq(roleAssignments.userId, userId)),
  };
}

export async function removeWithGroup(tx: Tx, groupId: Id<'Group'>): Promise<Removed> {
  return {
    memberships: await remove(tx, groupMembers, eq(groupMembers.groupId, groupId)),
    roleAssignments: await remove(tx, roleAssignments, eq(roleAssignments.groupId, groupId)),
  };
}

/** Also removes the tokens that were issued from each token, which refer to it. */
function removeTokens(tx: Tx, first: SQL | undefined): Promise<number> {
  const family = sql`with recursive family (id) as (
    select ${tokens.id} from ${tokens} where ${first}
    union select child.id from ${tokens} child join family on child.parent_id = family.id
  ) select id from family`;
  return remove(tx, tokens, sql`${tokens.id} in (${family})`);
}

/** @returns how many rows were removed. */
async function remove(tx: Tx, table: PgTable, where: SQL | undefined): Promise<number> {
  return (await tx.delete(table).where(where).returning({ one: sql`1` })).length;
}

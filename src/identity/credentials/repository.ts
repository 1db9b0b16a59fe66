import { and, count, eq, inArray, sql } from 'drizzle-orm';
import { authorizationEpoch } from '../../authority/tables.js';
import { anyOf, type Values } from '../../db/among.js';
import { connectionByName, type NamedArgs, type NameFilter, startsWith } from '../../db/by-name.js';
import { holdOwner } from '../../db/hold-owner.js';
import type { Db, Tx } from '../../db/open.js';
import { type JsonRow, rowFrom } from '../../db/rows.js';
import { statement } from '../../db/statement.js';
import type { Id } from '../../platform/ids.js';
import type { Connection } from '../../platform/pagination.js';
import type { Visible } from '../../platform/policy/index.js';
import { tokens } from '../tokens/tables.js';
import { type UserRow, users } from '../users/tables.js';
import { type ApiCredentialRow, apiCredentials } from './tables.js';

export interface CredentialFilter extends NameFilter {
  readonly userIds?: Values<Id<'User'>>;
}

/** Everything about an API credential that decides a request. */
export interface CredentialHolder {
  readonly credential: ApiCredentialRow;
  readonly user: UserRow;
  readonly epoch: number;
}

const holding = statement<{ id: string }, { credential: JsonRow; user: JsonRow; epoch: number | string }>(
  (value) => sql`select to_json(${apiCredentials}) as credential, to_json(${users}) as "user", epoch
    from ${apiCredentials} join ${users} on ${users.id} = ${apiCredentials.userId}
    join ${authorizationEpoch} on ${authorizationEpoch.id} = 1 where ${apiCredentials.id} = ${value('id')}`,
);

/** One statement, for which each request with an API credential waits. */
export async function findHolder(db: Db, id: Id<'ApiCredential'>): Promise<CredentialHolder | undefined> {
  const [row] = await holding(db, { id });
  if (row === undefined) return undefined;
  const { credential, user, epoch } = row;
  return { credential: rowFrom(apiCredentials, credential), user: rowFrom(users, user), epoch: Number(epoch) };
}

export async function findById(db: Db, id: Id<'ApiCredential'>): Promise<ApiCredentialRow | undefined> {
  const [row] = await db.select().from(apiCredentials).where(eq(apiCredentials.id, id));
  return row;
}

export function listByIds(
  db: Db,
  visible: Visible<typeof apiCredentials>,
  ids: readonly Id<'ApiCredential'>[],
): Promise<ApiCredentialRow[]> {
  return db
    .select()
    .from(apiCredentials)
    .where(and(visible.where, inArray(apiCredentials.id, [...ids])));
}

export function list(
  db: Db,
  visible: Visible<typeof apiCredentials>,
  args: NamedArgs<CredentialFilter>,
): Promise<Connection<ApiCredentialRow>> {
  const filter = args.filter ?? {};
  const filters = [anyOf(apiCredentials.userId, filter.userIds), anyOf(apiCredentials.name, filter.names)];
  const also = [startsWith(apiCredentials.name, filter.nameStartsWith)];
  return connectionByName(db, apiCredentials, { visible, filters, also }, args);
}

/** How many a user has. Holds the user. */
export async function countOfUser(tx: Tx, userId: Id<'User'>): Promise<number> {
  await holdOwner(tx, users.id, userId);
  const [row] = await tx.select({ found: count() }).from(apiCredentials).where(eq(apiCredentials.userId, userId));
  return row?.found ?? 0;
}

export async function insert(tx: Tx, row: ApiCredentialRow): Promise<void> {
  await tx.insert(apiCredentials).values(row);
}

/** With the tokens that were issued to it, of which each carries its id, however often it was exchanged. */
export async function remove(tx: Tx, id: Id<'ApiCredential'>): Promise<void> {
  await tx.delete(tokens).where(eq(tokens.credentialId, id));
  await tx.delete(apiCredentials).where(eq(apiCredentials.id, id));
}

import { and, eq, inArray, isNull, type SQL, sql } from 'drizzle-orm';
import { authorizationEpoch } from '../../authority/tables.js';
import { connectionOf } from '../../db/by-id.js';
import type { Db, Tx } from '../../db/open.js';
import { type JsonRow, rowFrom, rowsOf } from '../../db/rows.js';
import { statement } from '../../db/statement.js';
import type { Id } from '../../platform/ids.js';
import type { Connection, PageArgs } from '../../platform/pagination.js';
import type { Visible } from '../../platform/policy/index.js';
import { type Clause, clause } from '../../platform/sql/clause.js';
import { type AgentRow, agents } from '../agents/tables.js';
import { apiCredentials } from '../credentials/tables.js';
import { type UserRow, users } from '../users/tables.js';
import { type TokenRow, tokens } from './tables.js';

/** Everything about a token and its principal that decides a request. */
export interface Bearer {
  readonly token: TokenRow;
  readonly user: UserRow | null;
  readonly agent: AgentRow | null;
  /** Of the API credential that the token was issued to; null for all policies, and without a credential. */
  readonly allowedPolicies: readonly string[] | null;
  readonly epoch: number;
}

const byHash = statement<{ hash: string }, Found>(
  (value) =>
    sql`select to_json(${tokens}) as token, to_json(${users}) as "user", to_json(${agents}) as agent, epoch,
      to_json(${apiCredentials.allowedPolicies}) as "allowedPolicies"
      from ${tokens} join ${authorizationEpoch} on ${authorizationEpoch.id} = 1
      left join ${users} on ${users.id} = ${tokens.userId} left join ${agents} on ${agents.id} = ${tokens.agentId}
      left join ${apiCredentials} on ${apiCredentials.id} = ${tokens.credentialId}
      where ${tokens.hash} = ${value('hash')}`,
);

/** One statement: the token, its principal as it is now, and the epoch. Every request waits for it. */
export async function findBearer(db: Db, hash: string): Promise<Bearer | undefined> {
  const [row] = await byHash(db, { hash });
  if (row === undefined) return undefined;
  return {
    token: rowFrom(tokens, row.token),
    user: row.user && rowFrom(users, row.user),
    agent: row.agent && rowFrom(agents, row.agent),
    allowedPolicies: row.allowedPolicies,
    epoch: Number(row.epoch),
  };
}

/** A condition on a statement: a token is still valid at a time, and no rights changed since an epoch. */
export const tokenHolds = ({ id, epoch, now }: Readonly<Record<'id' | 'epoch' | 'now', Clause>>): Clause =>
  clause`exists (select from ${tokens}, ${authorizationEpoch} where ${tokens.id} = ${id} and ${tokens.revokedAt} is null
    and ${tokens.expiresAt} > ${now} and ${authorizationEpoch.id} = 1 and ${authorizationEpoch.epoch} = ${epoch})`;

interface Found {
  token: JsonRow;
  user: JsonRow | null;
  agent: JsonRow | null;
  allowedPolicies: string[] | null;
  epoch: number | string;
}

export async function findById(db: Db, id: Id<'Token'>): Promise<TokenRow | undefined> {
  const [row] = await db.select().from(tokens).where(eq(tokens.id, id));
  return row;
}

export async function insert(tx: Tx, row: TokenRow): Promise<void> {
  await tx.insert(tokens).values(row);
}

/** A token, what was issued from it, and what was issued from that, as far as not revoked. Revoked links do not break the chain. */
function isOfLiveFamily(id: Id<'Token'>): SQL | undefined {
  const family = sql`with recursive family (id) as (
    select ${id}::text union select child.id from ${tokens} child inner join family on child.parent_id = family.id
  ) select id from family`;
  return and(isNull(tokens.revokedAt), sql`${tokens.id} in (${family})`);
}

/** Whether a token is another, or was issued from it, directly or not. */
export async function isOfFamily(tx: Tx, id: Id<'Token'>, of: Id<'Token'>): Promise<boolean> {
  return (
    (
      await rowsOf(
        tx,
        sql`with recursive above (id, parent_id) as (
        select ${tokens.id}, ${tokens.parentId} from ${tokens} where ${tokens.id} = ${id}
        union select up.id, up.parent_id from ${tokens} up inner join above on up.id = above.parent_id
      ) select 1 from above where id = ${of}`,
      )
    ).length > 0
  );
}

export async function isFamilyLive(tx: Tx, id: Id<'Token'>): Promise<boolean> {
  const found = await tx.select({ id: tokens.id }).from(tokens).where(isOfLiveFamily(id)).limit(1);
  return found.length > 0;
}

export async function revokeWithDescendants(tx: Tx, id: Id<'Token'>, revokedAt: Date): Promise<void> {
  await tx.update(tokens).set({ revokedAt }).where(isOfLiveFamily(id));
}

export async function hasLive(tx: Tx, userId: Id<'User'>, now: Date): Promise<boolean> {
  const isOwn = and(isLive(now), eq(tokens.userId, userId));
  return (await tx.select({ id: tokens.id }).from(tokens).where(isOwn).limit(1)).length > 0;
}

export async function revokeByAgent(tx: Tx, agentId: Id<'Agent'>, revokedAt: Date): Promise<void> {
  await tx
    .update(tokens)
    .set({ revokedAt })
    .where(and(isNull(tokens.revokedAt), eq(tokens.agentId, agentId)));
}

/** Ends all tokens of a user; answers how many counted until now. */
export async function revokeByUser(tx: Tx, userId: Id<'User'>, revokedAt: Date): Promise<number> {
  const ended = await tx
    .update(tokens)
    .set({ revokedAt })
    .where(and(isLive(revokedAt), eq(tokens.userId, userId)))
    .returning({ id: tokens.id });
  return ended.length;
}

export function listLive(
  db: Db,
  visible: Visible<typeof tokens>,
  now: Date,
  args: PageArgs,
): Promise<Connection<TokenRow>> {
  return connectionOf(db, tokens, { visible, also: [live(now)] }, args);
}

export function listLiveByIds(
  db: Db,
  visible: Visible<typeof tokens>,
  now: Date,
  ids: readonly Id<'Token'>[],
): Promise<TokenRow[]> {
  return db
    .select()
    .from(tokens)
    .where(and(visible.where, isLive(now), inArray(tokens.id, [...ids])));
}

const live = (now: Date): Clause =>
  clause`(${tokens.revokedAt} is null and ${tokens.expiresAt} > ${now}
    and (${tokens.idleExpiresAt} is null or ${tokens.idleExpiresAt} > ${now}))`;
/** Whether a token or a session counts at a time. */
export const isLive = (now: Date): SQL => live(now).getSQL();

import { and, asc, eq, inArray, isNull, type SQL, sql } from 'drizzle-orm';
import { authorizationEpoch } from '../../authority/tables.js';
import { holdOwner } from '../../db/hold-owner.js';
import type { Db, Tx } from '../../db/open.js';
import { type JsonRow, rowFrom } from '../../db/rows.js';
import { statement } from '../../db/statement.js';
import type { Id } from '../../platform/ids.js';
import { projects } from '../projects/tables.js';
import { isLive, type TokenRow, tokens } from '../tokens/index.js';
import { type UserRow, users } from '../users/tables.js';

const isSession = eq(tokens.kind, 'browser');

/** Everything that decides a request of a session. */
export interface Presented {
  readonly session: TokenRow;
  readonly user: UserRow | null;
  /** The domain of the project that the request names; null without one, and for one that does not exist. */
  readonly projectDomainId: Id<'Domain'> | null;
  readonly epoch: number;
}

interface Found {
  readonly session: JsonRow;
  readonly user: JsonRow | null;
  readonly projectDomainId: Id<'Domain'> | null;
  readonly epoch: number | string;
}

const byHash = statement<{ hash: string; projectId: string | null }, Found>(
  (value) =>
    sql`select to_json(${tokens}) as session, to_json(${users}) as "user", epoch,
      ${projects.domainId} as "projectDomainId"
      from ${tokens} join ${authorizationEpoch} on ${authorizationEpoch.id} = 1
      left join ${users} on ${users.id} = ${tokens.userId} left join ${projects} on ${projects.id} = ${value('projectId')}
      where ${tokens.hash} = ${value('hash')} and ${tokens.kind} = 'browser'`,
);

/** One statement, as for a token; with the project that the request names. */
export async function findPresented(
  db: Db,
  hash: string,
  projectId: Id<'Project'> | null,
): Promise<Presented | undefined> {
  const [row] = await byHash(db, { hash, projectId });
  return (
    row && {
      session: rowFrom(tokens, row.session),
      user: row.user && rowFrom(users, row.user),
      projectDomainId: row.projectDomainId,
      epoch: Number(row.epoch),
    }
  );
}

const listBy = (db: Db, where: SQL | undefined): Promise<TokenRow[]> =>
  db.select().from(tokens).where(and(isSession, where)).orderBy(asc(tokens.idleExpiresAt), asc(tokens.id));

/** The live session of a hash. */
export const findLiveByHash = async (tx: Tx, hash: string, now: Date): Promise<TokenRow | undefined> =>
  (await listBy(tx, and(isLive(now), eq(tokens.hash, hash))))[0];

export const findById = async (tx: Tx, id: Id<'Token'>): Promise<TokenRow | undefined> =>
  (await listBy(tx, eq(tokens.id, id)))[0];

/** The live sessions of a user, the one longest unused first. */
export const listLiveOf = (db: Db, userId: Id<'User'>, now: Date): Promise<TokenRow[]> =>
  listBy(db, and(isLive(now), eq(tokens.userId, userId)));

export const listLiveByIds = (db: Db, now: Date, ids: readonly Id<'Token'>[]): Promise<TokenRow[]> =>
  listBy(db, and(isLive(now), inArray(tokens.id, [...ids])));

/** Whether a session counts at a time. */
export const isLiveAt = ({ revokedAt, expiresAt, idleExpiresAt }: TokenRow, now: Date): boolean =>
  revokedAt === null && expiresAt > now && idleExpiresAt !== null && idleExpiresAt > now;

/** Holds a user, so that nobody opens another session of it meanwhile. */
export const holdUser = (tx: Tx, userId: Id<'User'>): Promise<void> => holdOwner(tx, users.id, userId);

export async function revoke(tx: Tx, id: Id<'Token'>, revokedAt: Date): Promise<void> {
  await tx
    .update(tokens)
    .set({ revokedAt })
    .where(and(isSession, eq(tokens.id, id)));
}

/** Moves the end of an unused session, never back, and not of one that was revoked. */
export async function renew(db: Db, id: Id<'Token'>, idleExpiresAt: Date): Promise<void> {
  await db
    .update(tokens)
    .set({ idleExpiresAt })
    .where(
      and(
        isSession,
        eq(tokens.id, id),
        isNull(tokens.revokedAt),
        sql`${tokens.idleExpiresAt} < ${sql.param(idleExpiresAt, tokens.idleExpiresAt)}`,
      ),
    );
}

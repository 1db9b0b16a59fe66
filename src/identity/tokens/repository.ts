import { and, eq, isNull, or } from 'drizzle-orm';
import { authorizationEpoch } from '../../authority/tables.js';
import type { Db, Tx } from '../../db/open.js';
import { type AgentRow, agents } from '../agents/tables.js';
import { type UserRow, users } from '../users/tables.js';
import { type TokenRow, tokens } from './tables.js';

/** Everything about a token's bearer that decides a request. */
export interface Bearer {
  readonly token: TokenRow;
  readonly user: UserRow | null;
  readonly agent: AgentRow | null;
  readonly epoch: number;
}

/** One statement: the token, its principal as it stands, and the epoch. */
export async function findBearer(db: Db, hash: string): Promise<Bearer | undefined> {
  const [row] = await db
    .select({ token: tokens, user: users, agent: agents, epoch: authorizationEpoch.epoch })
    .from(tokens)
    .innerJoin(authorizationEpoch, eq(authorizationEpoch.id, 1))
    .leftJoin(users, eq(users.id, tokens.userId))
    .leftJoin(agents, eq(agents.id, tokens.agentId))
    .where(eq(tokens.hash, hash));
  return row;
}

export async function findById(db: Db, id: string): Promise<TokenRow | undefined> {
  const [row] = await db.select().from(tokens).where(eq(tokens.id, id));
  return row;
}

export async function insert(tx: Tx, row: TokenRow): Promise<void> {
  await tx.insert(tokens).values(row);
}

/** Revokes a token and what was issued from it: one level, for a token from a token is never a parent itself. */
export async function revokeWithChildren(tx: Tx, id: string, revokedAt: Date): Promise<void> {
  await tx
    .update(tokens)
    .set({ revokedAt })
    .where(and(isNull(tokens.revokedAt), or(eq(tokens.id, id), eq(tokens.parentId, id))));
}

export async function revokeByAgent(tx: Tx, agentId: string, revokedAt: Date): Promise<void> {
  await tx
    .update(tokens)
    .set({ revokedAt })
    .where(and(isNull(tokens.revokedAt), eq(tokens.agentId, agentId)));
}

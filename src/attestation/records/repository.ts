import { and, eq, getTableColumns, inArray, lte, ne, or, type SQL } from 'drizzle-orm';
import type { Db, Tx } from '../../db/open.js';
import { type AgentRow, agents, trustColumns } from '../../identity/agents/index.js';
import type { Id } from '../../platform/ids.js';
import type { Visible } from '../../platform/policy/index.js';
import { attestationRecords, type RecordRow } from './tables.js';

/** An agent of any kind. Only one that attests has a record. */
export interface FoundAgent {
  readonly agent: AgentRow;
  readonly record: RecordRow | null;
}

/** The two rows of an agent that attests: the principal, and its evidence. */
export interface AgentView extends FoundAgent {
  readonly record: RecordRow;
}

const BOTH = { agent: { ...getTableColumns(agents), ...trustColumns }, record: getTableColumns(attestationRecords) };
const isSame = eq(attestationRecords.agentId, agents.id);

const selectFound = (db: Db) => db.select(BOTH).from(agents).leftJoin(attestationRecords, isSame);
/** Only agents that attest; both rows can be locked. */
const selectViews = (db: Db) => db.select(BOTH).from(agents).innerJoin(attestationRecords, isSame);

export async function findView(db: Db, where: SQL | undefined): Promise<AgentView | undefined> {
  const [view] = await selectViews(db).where(where);
  return view;
}

export async function findAgent(db: Db, where: SQL | undefined): Promise<FoundAgent | undefined> {
  const [found] = await selectFound(db).where(where);
  return found;
}

/**
 * Locks both rows of an agent that attests until the transaction ends: all changes of it, by itself or by operators,
 * wait here.
 */
export async function lockView(tx: Tx, where: SQL | undefined): Promise<AgentView | undefined> {
  const [view] = await selectViews(tx).where(where).for('update');
  return view;
}

export const findViewById = (db: Db, id: Id<'Agent'>) => findView(db, eq(agents.id, id));

/** As `lockView`; the caller's own agent is what `observe` locks first. */
export const lockViewById = (tx: Tx, id: Id<'Agent'>) => lockView(tx, eq(agents.id, id));

/** Locks an agent that retired by then; skips those that another transaction has locked. */
export async function lockRetired(tx: Tx, before: Date): Promise<AgentView | undefined> {
  const retired = selectViews(tx).where(lte(attestationRecords.retiredAt, before)).limit(1);
  const [view] = await retired.for('update', { skipLocked: true });
  return view;
}

export async function lockViewByToken(tx: Tx, tokenHash: string): Promise<AgentView | undefined> {
  const [view] = await selectViews(tx).where(eq(attestationRecords.enrollmentTokenHash, tokenHash)).for('update');
  return view;
}

/** Those of the agents that the caller may read. */
export async function findAgents(
  db: Db,
  visible: Visible<typeof agents>,
  ids: readonly Id<'Agent'>[],
): Promise<FoundAgent[]> {
  return selectFound(db).where(and(inArray(agents.id, [...ids]), visible.where));
}

export async function insertRecord(tx: Tx, row: typeof attestationRecords.$inferInsert): Promise<RecordRow> {
  const [record] = await tx.insert(attestationRecords).values(row).returning();
  if (record === undefined) throw new Error('An insert returned no row.');
  return record;
}

export async function updateRecord(tx: Tx, agentId: Id<'Agent'>, change: Partial<RecordRow>): Promise<void> {
  await tx.update(attestationRecords).set(change).where(eq(attestationRecords.agentId, agentId));
}

/** Whether another active agent (activated, not retired) has one of the keys. */
export async function areKeysTaken(
  tx: Tx,
  agentId: Id<'Agent'>,
  keys: { readonly ekFingerprint: string; readonly akName: string },
): Promise<boolean> {
  const isSame = or(
    eq(attestationRecords.ekFingerprint, keys.ekFingerprint),
    eq(attestationRecords.akName, keys.akName),
  );
  const rows = await tx
    .select({ agentId: attestationRecords.agentId })
    .from(attestationRecords)
    .where(and(attestationRecords.isLiving, ne(attestationRecords.agentId, agentId), isSame))
    .limit(1);
  return rows.length > 0;
}

import { and, eq, inArray, sql } from 'drizzle-orm';
import { byId, defineLoader } from '../../authority/index.js';
import { type Change, touchByIds, updateAt } from '../../db/by-id.js';
import type { Db, Tx } from '../../db/open.js';
import { rowsWhere } from '../../db/rows.js';
import { unlessTaken } from '../../db/taken.js';
import type { Id } from '../../platform/ids.js';
import { agentGet } from './policies.js';
import { type AgentRow, agents, agentsTaken } from './tables.js';
import { dueAfter } from './trust.js';

/** @throws UserErrors ALREADY_EXISTS for a name or an external id that another agent of the project has. */
export async function insertAgent(tx: Tx, row: AgentRow): Promise<void> {
  await unlessTaken(agentsTaken, row, () => tx.insert(agents).values(row));
}

/**
 * The agent as changed; undefined when it is no longer as `row` has it.
 * @throws UserErrors ALREADY_EXISTS for a name or an external id that another agent of the project has.
 */
export const updateAgentAt = (
  act: Change,
  row: AgentRow,
  changes: Partial<Pick<AgentRow, 'name' | 'externalId'>>,
): Promise<AgentRow | undefined> => unlessTaken(agentsTaken, changes, () => updateAt(act, agents, row, changes));

/** Writes a change of agents that their versions do not count; without changes of their own rows, one of what belongs to them. */
export const changeAgents = (
  act: Change,
  changed: readonly Pick<AgentRow, 'id'>[],
  changes: Partial<AgentRow> = {},
): Promise<void> =>
  touchByIds(
    act,
    agents,
    changed.map(({ id }) => id),
    changes,
  );

/**
 * Sets what the control plane thinks of an agent's machine; the next request of any replica reads it. For reports that
 * are routine, which do not move `updatedAt`.
 */
export async function setTrust(
  tx: Tx,
  agentId: Id<'Agent'>,
  trustState: string,
  trustedUntil: Date | null,
): Promise<void> {
  const trustDueAt = trustedUntil && dueAfter(sql`${trustedUntil.toISOString()}::timestamptz`);
  await tx.update(agents).set({ trustState, trustedUntil, trustDueAt }).where(eq(agents.id, agentId));
}

/** Looks at agents again when their trust, which was renewed, ends. */
export async function postponeExpiry(tx: Tx, ids: readonly Id<'Agent'>[]): Promise<void> {
  const { id, trustedUntil: trustDueAt } = agents;
  await tx
    .update(agents)
    .set({ trustDueAt })
    .where(inArray(id, [...ids]));
}

/** Whoever may read them or not: who asks is decided for each. */
export const agentsByIds = async (db: Db, ids: readonly Id<'Agent'>[]): Promise<Map<Id<'Agent'>, AgentRow>> =>
  byId(await rowsWhere(db, agents, inArray(agents.id, [...ids])));

/** The agents of nodes, by node, whoever may read them; none for a node without a machine. */
export async function agentsOfNodes(db: Db, nodeIds: readonly Id<'Node'>[]): Promise<Map<Id<'Node'>, AgentRow>> {
  const found = await rowsWhere(db, agents, inArray(agents.nodeId, [...nodeIds]));
  return new Map(found.flatMap((agent) => (agent.nodeId === null ? [] : [[agent.nodeId, agent] as const])));
}

/** Whether no agent of a project has a name. */
export async function isNameFree(db: Db, projectId: Id<'Project'>, name: string): Promise<boolean> {
  return (await rowsWhere(db, agents, and(eq(agents.projectId, projectId), eq(agents.name, name)))).length === 0;
}

/** The target and the owner of an audit entry about an agent. */
export const aboutAgent = ({ agent }: { readonly agent: AgentRow }) => aboutAgentAt(agent.id, agent);

/** The same for an agent that is to be. */
export const aboutAgentAt = (id: Id<'Agent'>, { domainId, projectId }: Pick<AgentRow, 'domainId' | 'projectId'>) => ({
  target: { type: 'Agent' as const, id },
  owner: { domainId, projectId },
});

/** By id; null where the caller may not read it. */
export const loadAgentPrincipal = defineLoader(async (context, ids: readonly Id<'Agent'>[]) => {
  const visible = context.policies.visible([agentGet.name], context.actor, agents);
  const rows = await context.db
    .select()
    .from(agents)
    .where(and(visible.where, inArray(agents.id, [...ids])));
  return byId(rows);
});

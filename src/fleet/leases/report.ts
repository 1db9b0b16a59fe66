import { sql } from 'drizzle-orm';
import type { Context, Grounds, WriteAct } from '../../authority/index.js';
import { requireAllowed } from '../../authority/index.js';
import type { Tx } from '../../db/open.js';
import { agents, trustStateAt } from '../../identity/agents/index.js';
import { tokenHolds } from '../../identity/tokens/index.js';
import { invalid } from '../../platform/errors.js';
import { type Id, toId } from '../../platform/ids.js';
import type { Policy } from '../../platform/policy/index.js';
import { type Clause, clause } from '../../platform/sql/clause.js';
import { isNode, type NodeRef, nodeGet, requireNode } from '../nodes/index.js';
import { type NodeRow, nodes } from '../nodes/tables.js';

/** What is reported of a node, as its machine's routine. */
export interface Report {
  readonly policy: Policy<NodeRow>;
  readonly ref: NodeRef;
}

/** The node that a caller means: by default its own. @throws UserErrors INVALID where there is none. */
export function nodeMeant({ actor: { credentials } }: Context, ref: NodeRef | null | undefined): NodeRef {
  if (ref != null) return ref;
  const { node_id: own } = credentials;
  if (typeof own !== 'string') throw invalid('Name the node: the caller is not the agent of one.', 'node');
  return { id: toId('Node', own) };
}

/**
 * Finds the node of a report as one statement: while the caller may report on it, and its token, its trust and its node
 * are as the request read them.
 */
export function whileItHolds(context: Context, { policy, ref }: Report, { tokenId, epoch, now }: Grounds): Clause {
  const { policies, actor } = context;
  const visible = policies.visible([nodeGet, policy], actor, nodes);
  const token = tokenHolds({ id: clause`${tokenId}`, epoch: clause`${epoch}`, now: clause`${now}::timestamptz` });
  const { agent_id: agentId, node_id: nodeId = null, trust_state: trust } = actor.credentials;
  const isSame = clause`${agents.id} = ${String(agentId)} and ${agents.nodeId} is not distinct from ${nodeId as string | null}
    and ${trustStateAt(now)} = ${String(trust)}`;
  const agent = agentId === undefined ? clause`true` : clause`exists (select from ${agents} where ${isSame})`;
  return clause`${isNode(ref)} and ${visible.clause} and ${token} and ${agent}`;
}

/** The node of a report, in its transaction. @throws Refusal NOT_FOUND, FORBIDDEN. */
export async function requireReported(act: WriteAct, { policy, ref }: Report): Promise<NodeRow> {
  const row = await requireNode(act, act.tx, ref);
  requireAllowed(act, policy, row);
  return row;
}

/** Holds the agent as it is: a ban waits for the report, or the report sees the ban. */
export async function holdAgent(tx: Tx, id: Id<'Agent'>): Promise<object | undefined> {
  const [row] = await tx.select({ id: agents.id }).from(agents).where(sql`${agents.id} = ${id}`).for('share');
  return row;
}

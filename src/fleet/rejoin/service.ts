import { eq } from 'drizzle-orm';
import { retireForNode } from '../../attestation/lifecycle/index.js';
import type { Act, Context } from '../../authority/index.js';
import { agentsOfNodes } from '../../identity/agents/index.js';
import type { Id } from '../../platform/ids.js';
import { resetFacts } from '../facts/index.js';
import { nodeLabels } from '../labels/index.js';
import { resetLease } from '../leases/index.js';
import { changeNode, type NodeAtEtag, type NodeRow } from '../nodes/index.js';
import { nodeRejoin } from './policies.js';

/**
 * Takes its machine from a node, which then waits for another. What was said of the machine goes with it: the next one
 * gets what its join token says, and nothing of before.
 * @throws UserErrors STALE_ETAG; Refusal NOT_FOUND.
 */
export function rejoinNode(context: Context, input: NodeAtEtag): Promise<NodeRow> {
  return changeNode(context, nodeRejoin, input, async (act, node) => {
    const agent = (await agentsOfNodes(act.tx, [node.id])).get(node.id);
    if (agent === undefined && node.origin === null) return null;
    if (agent !== undefined) {
      await act.changeRights();
      await retireForNode(act, agent.id);
    }
    const labels = await forget(act, node.id);
    const details = { agentId: agent?.id ?? null, address: node.address, labels };
    return { action: 'node.rejoined', changes: { origin: null, address: null }, details };
  });
}

/** Forgets what hangs on a machine; returns the labels that it had. */
async function forget({ tx, now }: Act, id: Id<'Node'>): Promise<Record<string, string>> {
  const gone = await tx.delete(nodeLabels).where(eq(nodeLabels.nodeId, id)).returning();
  await resetLease(tx, id, now);
  await resetFacts(tx, id);
  return Object.fromEntries(gone.map(({ key, value }) => [key, value]));
}

import { retireForNode } from '../../attestation/lifecycle/index.js';
import { type Context, inUseWhenReferred, mutate, refuseWhileReferred, requireAllowed } from '../../authority/index.js';
import { removeAt } from '../../db/by-id.js';
import { agentsOfNodes } from '../../identity/agents/index.js';
import { staleEtag } from '../../platform/errors.js';
import { requireEtag } from '../../platform/etag.js';
import type { Id } from '../../platform/ids.js';
import { auditNode, type NodeAtEtag, requireNode } from '../nodes/index.js';
import { nodes } from '../nodes/tables.js';
import { nodeDelete } from './policies.js';

/** Deletes a node with all that is said of it, and retires its agent; answers its id. @throws UserErrors STALE_ETAG, IN_USE. */
export async function deleteNode(context: Context, input: NodeAtEtag): Promise<Id<'Node'>> {
  return mutate(context, { policy: nodeDelete.name }, async (act) => {
    const row = await requireNode(act, act.tx, input.node);
    requireAllowed(act, nodeDelete, row);
    requireEtag(row, input.etag);
    await refuseWhileReferred(act, 'Node', row.id, 'is still used by');
    const agent = (await agentsOfNodes(act.tx, [row.id])).get(row.id);
    if (agent !== undefined) {
      await act.changeRights();
      await retireForNode(act, agent.id);
    }
    if (!(await inUseWhenReferred('node', () => removeAt(act.tx, nodes, row)))) throw staleEtag();
    await auditNode(act, 'node.deleted', row, { address: row.address, agentId: agent?.id ?? null });
    return row.id;
  });
}

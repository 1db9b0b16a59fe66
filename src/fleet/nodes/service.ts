import { retireForNode } from '../../attestation/lifecycle/index.js';
import { type Context, inUseWhenReferred, mutate, refuseWhileReferred, requireAllowed } from '../../authority/index.js';
import { removeAt } from '../../db/by-id.js';
import { agentsOfNodes } from '../../identity/agents/index.js';
import { staleEtag } from '../../platform/errors.js';
import { requireEtag } from '../../platform/etag.js';
import type { Id } from '../../platform/ids.js';
import { changedFields, changesNothing, validChanges } from '../../platform/text.js';
import { auditNode } from './audit.js';
import { changeNode, type NodeAtEtag } from './change.js';
import { requireNode } from './lookup.js';
import { nodeDelete, nodeSetAddress, nodeSetAvailability, nodeUpdate } from './policies.js';
import { type NodeRow, nodes } from './tables.js';
import { validAddress, validNodeName } from './valid.js';

export interface UpdateNode extends NodeAtEtag {
  readonly name?: string | null | undefined;
  readonly description?: string | null | undefined;
}

/** @throws UserErrors INVALID, ALREADY_EXISTS, STALE_ETAG. */
export async function updateNode(context: Context, input: UpdateNode): Promise<NodeRow> {
  const changes = {
    ...validChanges({ description: input.description }),
    ...(input.name !== undefined && { name: validNodeName(input.name ?? '', 'name') }),
  };
  return changeNode(context, nodeUpdate, input, (_, row) => {
    if (changesNothing(row, changes)) return null;
    const details = { newName: changes.name ?? row.name, changed: changedFields(row, changes) };
    return { action: 'node.updated', changes, details };
  });
}

/** @throws UserErrors INVALID, ALREADY_EXISTS, STALE_ETAG. */
export async function setNodeAddress(
  context: Context,
  input: NodeAtEtag & { readonly address?: string | null | undefined },
): Promise<NodeRow> {
  const address = validAddress(input.address, 'address');
  return changeNode(context, nodeSetAddress, input, (_, row) => {
    if (row.address === address) return null;
    return { action: 'node.address_set', changes: { address }, details: { from: row.address, to: address } };
  });
}

/** @throws UserErrors STALE_ETAG. */
export async function setNodeAvailability(
  context: Context,
  input: NodeAtEtag & { readonly availability: NodeRow['availability'] },
): Promise<NodeRow> {
  const { availability } = input;
  return changeNode(context, nodeSetAvailability, input, (_, row) => {
    if (row.availability === availability) return null;
    const details = { from: row.availability, to: availability };
    return { action: 'node.availability_set', changes: { availability }, details };
  });
}

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

import type { Context } from '../../authority/index.js';
import { changedFields, changesNothing, validChanges } from '../../platform/text.js';
import { changeNode, type NodeAtEtag } from './change.js';
import { nodeSetAddress, nodeSetAvailability, nodeUpdate } from './policies.js';
import type { NodeRow } from './tables.js';
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

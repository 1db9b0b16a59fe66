import { type Act, type Action, type Context, mutate, once } from '../../authority/index.js';
import { firstVersion } from '../../db/by-id.js';
import { unlessTaken } from '../../db/taken.js';
import { limitReached } from '../../platform/errors.js';
import { newId } from '../../platform/ids.js';
import { validText } from '../../platform/text.js';
import { requireNode } from './lookup.js';
import { nodeCreate } from './policies.js';
import * as repository from './repository.js';
import { type NodeRow, nodesTaken } from './tables.js';
import { validAddress, validNodeName } from './valid.js';

export interface CreateNode {
  readonly name: string;
  readonly description?: string | null | undefined;
  readonly address?: string | null | undefined;
  readonly availability?: NodeRow['availability'] | null | undefined;
  readonly requestId?: string | null | undefined;
}

/**
 * Creates a node that waits for its machine.
 * @throws UserErrors INVALID, ALREADY_EXISTS, LIMIT_REACHED, REQUEST_ID_REUSED.
 */
export async function createNode(context: Context, input: CreateNode): Promise<NodeRow> {
  const name = validNodeName(input.name, 'name');
  const description = validText(input.description, 'description');
  const address = validAddress(input.address, 'address');
  const availability = input.availability ?? 'PAUSE';
  return mutate(context, { policy: nodeCreate.name }, async (act) => {
    const { id } = await once(act, 'Node', input, async () => {
      const row = {
        ...NEW_NODE,
        id: newId('Node'),
        name,
        description,
        address,
        availability,
        ...firstVersion(act.now),
      };
      await insertNode(act, row);
      await auditNode(act, 'node.created', row, { address, availability });
      return row.id;
    });
    return requireNode(act, act.tx, { id });
  });
}

/** What a node is before anything is said of it. */
export const NEW_NODE = {
  origin: null,
  hasTenants: false,
  leaseHolderId: null,
  isReady: false,
  readyChangedAt: null,
} as const;

/** @throws UserErrors ALREADY_EXISTS for a name or address of another node, LIMIT_REACHED. */
export async function insertNode(act: Act, row: NodeRow): Promise<void> {
  const { nodesMax } = act.context.settings;
  if (await repository.areAsMany(act.tx, nodesMax)) throw limitReached(`There are at most ${nodesMax} nodes.`);
  await unlessTaken(nodesTaken, row, () => repository.insert(act.tx, row));
}

/** A node belongs to the system, and so do the entries about it. */
export function auditNode(act: Act, action: Action, { id, name }: NodeRow, details: object = {}): Promise<void> {
  return act.audit({ action, target: { type: 'Node', id }, details: { name, ...details } });
}

import { type Act, type Action, type Context, mutate, requireAllowed } from '../../authority/index.js';
import { updateAt } from '../../db/by-id.js';
import { unlessTaken } from '../../db/taken.js';
import { staleEtag } from '../../platform/errors.js';
import { requireEtag } from '../../platform/etag.js';
import type { Policy } from '../../platform/policy/index.js';
import { auditNode } from './audit.js';
import { type NodeRef, requireNode } from './lookup.js';
import { type NodeRow, nodes, nodesTaken } from './tables.js';

/** A node, and the etag of the version that the caller read. */
export interface NodeAtEtag {
  readonly node: NodeRef;
  readonly etag: string;
}

/** What a change writes of a node's own row, and says in the audit log. */
export interface NodeChange {
  readonly action: Action;
  readonly changes: Partial<NodeRow>;
  readonly details?: object;
}

/**
 * Changes a node that is still as the caller read it. All that operators say of a node moves its version, also what is in
 * rows of other tables: two who change it at once do not overwrite each other.
 *
 * @param decide Writes what is in other tables; null when there is nothing to change.
 * @throws UserErrors STALE_ETAG, ALREADY_EXISTS for the name or the address of another node.
 */
export function changeNode(
  context: Context,
  policy: Policy<NodeRow>,
  { node, etag }: NodeAtEtag,
  decide: (act: Act, node: NodeRow) => Promise<NodeChange | null> | NodeChange | null,
): Promise<NodeRow> {
  return mutate(context, { policy: policy.name }, async (act) => {
    const row = await requireNode(act, act.tx, node);
    requireAllowed(act, policy, row);
    requireEtag(row, etag);
    const change = await decide(act, row);
    if (change === null) return act.unchanged(row);
    const { action, changes, details } = change;
    const changed = await unlessTaken(nodesTaken, changes, () => updateAt(act, nodes, row, changes));
    if (changed === undefined) throw staleEtag();
    await auditNode(act, action, row, details);
    return changed;
  });
}

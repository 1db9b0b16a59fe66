import type { Context } from '../../authority/index.js';
import { cursorOf, type EventRow } from '../../events/index.js';
import { toId } from '../../platform/ids.js';
import { heardAt, leaseEnd } from '../leases/index.js';
import { loadNode, type NodeRow } from '../nodes/index.js';
import { conditionsOfNode, loadObserved } from './service.js';

async function lastHeard(context: Context, { id }: NodeRow): Promise<Date | null> {
  const observed = await loadObserved(context).load(id);
  return observed && heardAt(observed);
}

export const conditionResolvers = {
  Node: {
    leaseRenewedAt: (node: NodeRow, _: object, context: Context) => lastHeard(context, node),
    leasedUntil: async (node: NodeRow, _: object, context: Context) => {
      const heard = await lastHeard(context, node);
      return heard && leaseEnd(heard, context.settings.leaseIntervalMs);
    },
    conditions: ({ id }: NodeRow, _: object, context: Context) => conditionsOfNode(context, id),
  },
  NodeChanged: {
    cursor: cursorOf,
    condition: ({ details }: EventRow) => details.condition,
    status: ({ details }: EventRow) => details.status,
    reason: ({ details }: EventRow) => details.reason,
    node: ({ objectId }: EventRow, _: object, context: Context) => loadNode(context).load(toId('Node', objectId)),
  },
};

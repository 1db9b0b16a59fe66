import type { Context } from '../../authority/index.js';
import type { RenewNodeLeaseInput, SetNodeLeaseHolderInput } from '../../generated/graphql.js';
import { loadUser } from '../../identity/users/index.js';
import { withIds } from '../../platform/ids.js';
import { inputMutation } from '../../platform/payload.js';
import { loadObserved } from '../conditions/index.js';
import type { NodeRow } from '../nodes/index.js';
import { heardAt, leaseEnd } from './lease.js';
import { renewNodeLease, setNodeLeaseHolder } from './service.js';

const NODE = { node: { id: 'Node' } } as const;

async function lastHeard(context: Context, { id }: NodeRow): Promise<Date | null> {
  const observed = await loadObserved(context).load(id);
  return observed && heardAt(observed);
}

export const leaseResolvers = {
  Mutation: {
    renewNodeLease: inputMutation((context: Context, input: RenewNodeLeaseInput) =>
      renewNodeLease(context, withIds(input, NODE)),
    ),
    setNodeLeaseHolder: inputMutation(async (context: Context, input: SetNodeLeaseHolderInput) => ({
      node: await setNodeLeaseHolder(context, withIds(input, { ...NODE, user: { id: 'User' } })),
    })),
  },
  Node: {
    leaseHolder: ({ leaseHolderId }: NodeRow, _: object, context: Context) =>
      leaseHolderId && loadUser(context).load(leaseHolderId),
    leaseRenewedAt: (node: NodeRow, _: object, context: Context) => lastHeard(context, node),
    leasedUntil: async (node: NodeRow, _: object, context: Context) => {
      const heard = await lastHeard(context, node);
      return heard && leaseEnd(heard, context.settings.leaseIntervalMs);
    },
  },
};

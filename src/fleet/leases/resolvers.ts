import type { Context } from '../../authority/index.js';
import type { RenewNodeLeaseInput, SetNodeLeaseHolderInput } from '../../generated/graphql.js';
import { loadUser } from '../../identity/users/index.js';
import { withIds } from '../../platform/ids.js';
import { inputMutation } from '../../platform/payload.js';
import type { NodeRow } from '../nodes/index.js';
import { renewNodeLease, setNodeLeaseHolder } from './service.js';

const NODE = { node: { id: 'Node' } } as const;

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
  },
};

import type { Context } from '../../authority/index.js';
import type { RejoinNodeInput } from '../../generated/graphql.js';
import { withIds } from '../../platform/ids.js';
import { inputMutation } from '../../platform/payload.js';
import { rejoinNode } from './service.js';

export const rejoinResolvers = {
  Mutation: {
    rejoinNode: inputMutation(async (context: Context, input: RejoinNodeInput) => ({
      node: await rejoinNode(context, withIds(input, { node: { id: 'Node' } })),
    })),
  },
};

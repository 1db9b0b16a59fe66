import type { Context } from '../../authority/index.js';
import type { CreateNodeInput, DeleteNodeInput } from '../../generated/graphql.js';
import { withIds } from '../../platform/ids.js';
import { inputMutation } from '../../platform/payload.js';
import { createNode } from './create.js';
import { deleteNode } from './remove.js';

export const lifecycleResolvers = {
  Mutation: {
    createNode: inputMutation(async (context: Context, input: CreateNodeInput) => ({
      node: await createNode(context, withIds(input, { tenants: { id: 'Project' }, agent: { id: 'Agent' } })),
    })),
    deleteNode: inputMutation(async (context: Context, input: DeleteNodeInput) => ({
      nodeId: await deleteNode(context, withIds(input, { node: { id: 'Node' } })),
    })),
  },
};

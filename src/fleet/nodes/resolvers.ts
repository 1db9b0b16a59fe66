import type { Context } from '../../authority/index.js';
import type { MutationCreateNodeArgs, QueryNodeArgs, QueryNodesArgs } from '../../generated/graphql.js';
import { etagOf } from '../../platform/etag.js';
import { withIds } from '../../platform/ids.js';
import { payload } from '../../platform/payload.js';
import { createNode } from './create.js';
import { getNode, listNodes } from './reading.js';

export const nodeResolvers = {
  Query: {
    node: (_: unknown, { ref }: QueryNodeArgs, context: Context) => getNode(context, withIds(ref, { id: 'Node' })),
    nodes: (_: unknown, args: QueryNodesArgs, context: Context) => listNodes(context, args),
  },
  Mutation: {
    createNode: (_: unknown, { input }: MutationCreateNodeArgs, context: Context) =>
      payload(async () => ({ node: await createNode(context, input) })),
  },
  Node: {
    etag: etagOf,
  },
};

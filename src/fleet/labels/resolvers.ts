import type { Context } from '../../authority/index.js';
import type { MutationSetNodeLabelsArgs } from '../../generated/graphql.js';
import { withIds } from '../../platform/ids.js';
import { payload } from '../../platform/payload.js';
import type { NodeRow } from '../nodes/index.js';
import { loadLabels, setNodeLabels } from './service.js';

export const labelResolvers = {
  Mutation: {
    setNodeLabels: (_: unknown, { input }: MutationSetNodeLabelsArgs, context: Context) =>
      payload(async () => ({ node: await setNodeLabels(context, withIds(input, { node: { id: 'Node' } })) })),
  },
  Node: {
    labels: ({ id }: NodeRow, _: object, context: Context) => loadLabels(context).load(id),
  },
};

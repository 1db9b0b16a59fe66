import type { Context } from '../../authority/index.js';
import type { MutationSetNodeLabelsArgs } from '../../generated/graphql.js';
import { withIds } from '../../platform/ids.js';
import { payload } from '../../platform/payload.js';
import { loadFacts } from '../facts/index.js';
import type { NodeRow } from '../nodes/index.js';
import { loadLabels, setNodeLabels } from './service.js';

export const labelResolvers = {
  Mutation: {
    setNodeLabels: (_: unknown, { input }: MutationSetNodeLabelsArgs, context: Context) =>
      payload(async () => ({ node: await setNodeLabels(context, withIds(input, { node: { id: 'Node' } })) })),
  },
  Node: {
    labels: async ({ id }: NodeRow, _: object, context: Context) => {
      const [own, facts] = await Promise.all([loadLabels(context).load(id), loadFacts(context).load(id)]);
      // `reported.` comes after the namespaces of the others.
      return [...(own ?? []), ...(facts?.labels ?? [])];
    },
  },
};

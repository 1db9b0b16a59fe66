import type { Context } from '../../authority/index.js';
import type { ReportNodeFactsInput } from '../../generated/graphql.js';
import { inputMutation } from '../../platform/payload.js';
import type { NodeRow } from '../nodes/index.js';
import { loadFacts, reportNodeFacts } from './service.js';

export const factResolvers = {
  Mutation: {
    reportNodeFacts: inputMutation((context: Context, input: ReportNodeFactsInput) => reportNodeFacts(context, input)),
  },
  Node: {
    facts: ({ id }: NodeRow, _: object, context: Context) => loadFacts(context).load(id),
  },
};

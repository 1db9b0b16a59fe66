import type { Context } from '../../authority/index.js';
import type { QueryPolicyArgs } from '../../generated/graphql.js';
import { getPolicy, listPolicies } from './service.js';

export const policyResolvers = {
  Query: {
    policy: (_: unknown, { name }: QueryPolicyArgs, context: Context) => getPolicy(context, name),
    policies: (_: unknown, __: object, context: Context) => listPolicies(context),
  },
};

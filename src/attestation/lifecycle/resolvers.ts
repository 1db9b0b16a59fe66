import type { Context } from '../../authority/index.js';
import type { BanAgentInput } from '../../generated/graphql.js';
import { withIds } from '../../platform/ids.js';
import { inputMutation } from '../../platform/payload.js';
import { banAgent, resetAgent, retireAgent, unbanAgent } from './service.js';

const operation = (operate: typeof banAgent) =>
  inputMutation((context: Context, input: BanAgentInput) =>
    operate(context, withIds(input, { agent: { id: 'Agent' } })),
  );

export const lifecycleResolvers = {
  Mutation: {
    resetAgent: operation(resetAgent),
    banAgent: operation(banAgent),
    unbanAgent: operation(unbanAgent),
    retireAgent: operation(retireAgent),
  },
};

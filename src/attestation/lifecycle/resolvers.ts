import { inputMutation } from '../../platform/payload.js';
import { banAgent, resetAgent, retireAgent, unbanAgent } from './service.js';

export const lifecycleResolvers = {
  Mutation: {
    resetAgent: inputMutation(resetAgent),
    banAgent: inputMutation(banAgent),
    unbanAgent: inputMutation(unbanAgent),
    retireAgent: inputMutation(retireAgent),
  },
};

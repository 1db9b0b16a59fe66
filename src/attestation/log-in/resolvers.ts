import { inputMutation } from '../../platform/payload.js';
import { logInAgent } from './service.js';

export const logInResolvers = { Mutation: { logInAgent: inputMutation(logInAgent) } };

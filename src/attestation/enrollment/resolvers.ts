import { inputMutation } from '../../platform/payload.js';
import { activateAgent, enrollAgent } from './service.js';

export const enrollmentResolvers = {
  Mutation: { enrollAgent: inputMutation(enrollAgent), activateAgent: inputMutation(activateAgent) },
};

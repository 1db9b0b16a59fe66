import { inputMutation } from '../../platform/payload.js';
import { unbanEndorsementKey } from './service.js';

export const banResolvers = { Mutation: { unbanEndorsementKey: inputMutation(unbanEndorsementKey) } };

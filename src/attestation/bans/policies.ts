import { definePolicy } from '../../platform/policy/index.js';

export const endorsementKeyUnban = definePolicy({
  name: 'endorsement_key:unban',
  description: 'Lift the ban of a TPM whose agent is gone.',
  scopeTypes: ['system'],
  check: 'role:admin',
  operations: ['Mutation.unbanEndorsementKey'],
});

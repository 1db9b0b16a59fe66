import { definePolicy } from '../../platform/policy/index.js';

export const policyOverride = definePolicy({
  name: 'policy:override',
  description: 'Change the checks of policies, try changes out, and see beforehand what they would change.',
  scopeTypes: ['system'],
  check: 'role:admin',
  operations: [
    'Query.previewPolicyChange',
    'Mutation.setPolicyOverrides',
    'Mutation.rollbackPolicyOverrides',
    'Mutation.setPolicyCandidate',
    'Mutation.deletePolicyCandidate',
    'PolicyPreview.*',
    'PolicyDecisionDifference.*',
    'PolicyAccessProof.*',
    'PolicyAtom.*',
  ],
  isEssential: true,
  isForCredentials: false,
});

export const policyListRevisions = definePolicy({
  name: 'policy:list_revisions',
  description: 'Read who changed which checks of policies, and what a candidate would change.',
  scopeTypes: ['system'],
  check: 'role:reader',
  operations: [
    'Query.policyRevision',
    'Query.policyRevisions',
    'Query.policyCandidate',
    'PolicyRevision.*',
    'PolicyOverride.*',
    'PolicyCandidate.*',
    'PolicyCandidateChange.*',
  ],
});

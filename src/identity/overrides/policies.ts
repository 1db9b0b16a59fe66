import { definePolicy } from '../../platform/policy/index.js';

export const policyOverride = definePolicy({
  name: 'policy:override',
  description: 'Override the checks of policies, try overrides out, and preview what they would change.',
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
  description: 'Read revisions of policy overrides, and the decisions that a candidate would change.',
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

import { definePolicy } from '../../platform/policy/index.js';

export const auditVerify = definePolicy({
  name: 'audit:verify',
  description: 'Read the chain of the audit log, and verify it.',
  scopeTypes: ['system'],
  check: 'role:reader',
  operations: [
    'Query.auditChain',
    'Query.auditSeals',
    'Query.verifyAuditChain',
    'AuditChain.*',
    'AuditKey.*',
    'AuditHead.*',
    'AuditSeal.*',
    'AuditChainVerification.*',
    'AuditChainFault.*',
  ],
});

import { OF_OPERATORS } from '../../identity/agents/index.js';
import { definePolicy, defineTarget } from '../../platform/policy/index.js';
import { type AttestationResultRow, attestationResults } from './tables.js';

const resultTarget = defineTarget<AttestationResultRow>()(attestationResults, {
  agent_id: { type: 'text', row: (row) => row.agentId, sql: (table) => table.agentId },
  project_id: { type: 'text', row: (row) => row.projectId, sql: (table) => table.projectId },
  domain_id: { type: 'text', row: (row) => row.domainId, sql: (table) => table.domainId },
});

export const resultGet = definePolicy<AttestationResultRow>({
  name: 'attestation_result:get',
  description: "Read attestation results; at system scope, of agents in operators' projects.",
  scopeTypes: ['system', 'domain', 'project', 'agent'],
  target: resultTarget,
  boundary: {
    system: OF_OPERATORS,
    domain: 'domain_id:%(domain_id)s',
    project: 'project_id:%(project_id)s',
    agent: 'agent_id:%(agent_id)s',
  },
  check: { system: 'role:reader', domain: 'role:reader', project: 'role:reader', agent: '@' },
  operations: ['AttestationResult.*', 'EvidenceExplanation.*', 'Query.attestationResult'],
});

export const resultPolicies = [resultGet];

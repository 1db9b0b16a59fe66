import { definePolicy, defineTarget } from '../../platform/policy/index.js';
import { type UploadRow, uploads } from './tables.js';

const uploadTarget = defineTarget<UploadRow>()(uploads, {
  user_id: { type: 'text', row: (row) => row.userId, sql: (table) => table.userId },
  agent_id: { type: 'text', row: (row) => row.agentId, sql: (table) => table.agentId },
});

const OWN = 'user_id:%(user_id)s';

export const uploadCreate = definePolicy<UploadRow>({
  name: 'upload:create',
  description: "Create uploads, fill the caller's own, and use their content.",
  scopeTypes: ['system', 'domain', 'project', 'agent'],
  target: uploadTarget,
  boundary: { system: OWN, domain: OWN, project: OWN, agent: 'agent_id:%(agent_id)s' },
  check: { system: 'role:member', domain: 'role:member', project: 'role:member', agent: '@' },
  operations: ['Mutation.createUpload', 'HTTP.putUpload'],
});

export const uploadPolicies = [uploadCreate];

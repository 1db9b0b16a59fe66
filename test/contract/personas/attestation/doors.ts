import { among, byId, byRef, listed, quoted, single } from '../doors.js';
import type { Door, Doors } from '../fixture.js';

const revision: Door = {
  name: 'allowlist',
  ask: ({ at }, fields) => `allowlist(ref: { id: ${quoted(at)} }) { currentRevision { ${fields} } }`,
  find: (list) => list.currentRevision,
};
const CONTENT = 'id imaPolicy tpmPolicy vtpmPolicy';

export const ATTESTATION_DOORS: Readonly<Record<string, Doors>> = {
  Allowlist: {
    fields: 'id domain { id } project { id } currentRevision { id }',
    byId: byRef('allowlist'),
    list: listed('allowlists'),
    entity: 'Allowlist',
  },
  AllowlistRevision: { fields: 'id', byId: revision, entity: 'AllowlistRevision' },
  'AllowlistRevision, its content': { fields: CONTENT, byId: revision, entity: 'AllowlistRevision' },
  Agent: {
    fields: 'id project { id } allowlist { id } lastResult { id }',
    byId: byRef('agent'),
    list: listed('agents'),
    entity: 'Agent',
  },
  AgentCounts: single('agentCounts', 'total isComplete byState { state count }', 'those it may read'),
  AttestationResult: {
    fields: 'id agent { id } allowlistRevision { id }',
    byId: byId('attestationResult'),
    list: {
      name: 'Agent.attestationResults',
      ask: ({ at }, fields) =>
        `agent(ref: { id: ${quoted(at)} }) { attestationResults(first: 10) { nodes { ${fields} } } }`,
      find: ({ attestationResults: { nodes } }, thing) => among(nodes, thing),
    },
    entity: 'AttestationResult',
  },
};

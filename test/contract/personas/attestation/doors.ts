import { among, byId, byRef, listed, quoted, single } from '../doors.js';
import type { Door, Doors } from '../fixture.js';

const revision: Door = {
  name: 'allowlist',
  ask: ({ at }, fields) => `allowlist(ref: { id: ${quoted(at)} }) { currentRevision { ${fields} } }`,
  find: (list) => list.currentRevision,
};
/** The objects of a page below what a thing is at. */
const below = (parent: string, field: string): Door => ({
  name: `${parent.charAt(0).toUpperCase()}${parent.slice(1)}.${field}`,
  ask: ({ at }, fields) => `${parent}(ref: { id: ${quoted(at)} }) { ${field}(first: 10) { nodes { ${fields} } } }`,
  find: ({ [field]: page }, thing) => page && among(page.nodes, thing),
});
const CONTENT = 'id imaPolicy imaPolicyExcludes tpmPolicy tpmPcrs { pcr values } vtpmPolicy vtpmPcrs { pcr }';

export const ATTESTATION_DOORS: Readonly<Record<string, Doors>> = {
  Allowlist: {
    fields:
      'id domain { id } project { id } currentRevision { id } revisions(first: 5) { nodes { id } } agents(first: 5) { nodes { id } }',
    byId: byRef('allowlist'),
    list: listed('allowlists'),
    entity: 'Allowlist',
  },
  AllowlistRevision: {
    fields: 'id',
    byId: revision,
    list: below('allowlist', 'revisions'),
    entity: 'AllowlistRevision',
  },
  'AllowlistRevision, its content': { fields: CONTENT, byId: revision, entity: 'AllowlistRevision' },
  Agent: {
    fields: 'id project { id } allowlist { id } lastResult { id }',
    byId: byRef('agent'),
    list: listed('agents'),
    entity: 'Agent',
  },
  'Agent, below its list': { fields: 'id', byId: byRef('agent'), list: below('allowlist', 'agents') },
  'Agent, below its project': { fields: 'id', list: below('project', 'agents') },
  'Agent, its history': { fields: 'id trustHistory(first: 2) { nodes { result { id } } }', byId: byRef('agent') },
  'Project, its default': { fields: 'id defaultAllowlist { id }', byId: byRef('project') },
  AgentCounts: single('agentCounts', 'total isComplete byState { state count }', 'those it may read'),
  AgentsRunningOut: single('agentCounts', 'runningOut { count isComplete }', 'those it may read'),
  TrustChanges: single(
    'trustChanges(since: "2026-01-01T00:00:00Z", until: "2026-12-01T00:00:00Z", buckets: 2)',
    'total buckets { changes { to count } }',
    'those it may read',
  ),
  AttestationResult: {
    fields: 'id agent { id } allowlistRevision { id } explanation { summary }',
    byId: byId('attestationResult'),
    list: below('agent', 'attestationResults'),
    entity: 'AttestationResult',
  },
};

import type { Json } from '../../../harness/server.js';
import { among, byId, byRef, listed, only, quoted, single } from '../doors.js';
import type { Doors } from '../fixture.js';

export const IDENTITY_DOORS: Readonly<Record<string, Doors>> = {
  SearchHit: single('search(text: "a", limit: 2)', 'kind id name domain { id } project { id }', 'those it may read'),
  Viewer: {
    fields: 'kind user { id } agent { id } scope { domain { id } project { id } } scopes(first: 5) { nodes { roles } }',
    byId: only('viewer'),
  },
  Domain: { fields: 'id', byId: byRef('domain'), list: listed('domains'), entity: 'Domain' },
  Project: {
    fields: 'id domain { id } parent { id } agents(first: 5) { nodes { id } }',
    byId: byRef('project'),
    list: listed('projects'),
    entity: 'Project',
  },
  User: {
    fields: 'id domain { id } groups(first: 5) { nodes { id } }',
    byId: byRef('user'),
    list: listed('users'),
    entity: 'User',
  },
  Group: {
    fields: 'id domain { id } members(first: 5) { nodes { id } }',
    byId: byRef('group'),
    list: listed('groups'),
    entity: 'Group',
  },
  Token: {
    fields: 'id apiCredential { id } scope { domain { id } project { id } }',
    list: listed('tokens'),
    entity: 'Token',
  },
  Session: {
    fields: 'id',
    list: {
      name: 'sessions',
      ask: ({ at }, fields) => `sessions${at ? `(user: { id: ${quoted(at)} })` : ''} { ${fields} }`,
      find: among,
    },
    entity: 'Session',
  },
  ApiCredential: {
    fields: 'id user { id } scope { domain { id } project { id } }',
    list: listed('apiCredentials', ({ at }) => `, filter: { userIds: [${quoted(at)}] }`),
    entity: 'ApiCredential',
  },
  Role: {
    fields: 'id domain { id } impliedRoles { id }',
    byId: byRef('role'),
    list: listed('roles'),
    entity: 'Role',
  },
  RoleAssignment: {
    fields: 'id user { id } group { id } roleDomain { id } scope { domain { id } project { id } }',
    list: listed('roleAssignments', ({ at }) => {
      return `, filter: { ${at?.startsWith('grp_') ? 'groupIds' : 'userIds'}: [${quoted(at)}] }`;
    }),
    entity: 'RoleAssignment',
  },
  Policy: {
    fields: 'id: name checks { check } defaultChecks { check } deprecated { since }',
    byId: { ...byId('policy'), ask: ({ id }, fields) => `policy(name: ${quoted(id)}) { ${fields} }` },
    list: { name: 'policies', ask: (_, fields) => `policies { ${fields} }`, find: among },
  },
  PolicyRevision: {
    fields: 'number overrides { name } user { id }',
    byId: {
      name: 'policyRevision',
      ask: ({ id }, fields) => `policyRevision(number: ${id || 0}) { ${fields} }`,
      find: (value) => value,
    },
    list: {
      ...listed('policyRevisions'),
      find: ({ nodes }, { id }) => nodes.find(({ number }: Json) => String(number) === id) ?? null,
    },
  },
  PolicyCandidate: { fields: 'revision { number } changes { policy }', byId: only('policyCandidate') },
  PolicyPreview: {
    fields: 'hash differences { policy } proofs { policy counterexample { atom } }',
    byId: {
      name: 'previewPolicyChange',
      ask: (_, fields) => `previewPolicyChange(input: { overrides: [] }) { preview { ${fields} } }`,
      find: ({ preview }) => preview,
    },
  },
};

import type { Json } from '../../harness/server.js';
import { QUESTION_DOORS } from './question-doors.js';
import type { Thing, Things } from './things.js';

/** A way to a thing: a root field to ask, and how the thing is found in its value. */
export interface Door {
  /** The field's name, for people. */
  readonly name: string;
  readonly ask: (thing: Thing, fields: string) => string;
  readonly find: (value: Json, thing: Thing) => Json | null;
}
/** How a type is read: by id, in a list, and by a router as an entity. */
export interface Doors {
  readonly fields: string;
  readonly byId?: Door;
  readonly list?: Door;
  /** The type's name, for an entity. */
  readonly entity?: string;
  /** What is read, where there is one whoever asks. */
  readonly single?: Thing;
}

const quoted = (text: string | null | undefined) => JSON.stringify(text ?? '');
const itself = (value: Json) => value;
const among = (nodes: Json[], { id }: Thing): Json | null => nodes.find((node) => node.id === id) ?? null;

const byId = (name: string): Door => ({
  name,
  ask: ({ id }, fields) => `${name}(id: ${quoted(id)}) { ${fields} }`,
  find: itself,
});
const byRef = (name: string): Door => ({
  name,
  ask: ({ id }, fields) => `${name}(ref: { id: ${quoted(id)} }) { ${fields} }`,
  find: itself,
});
/** What costs too much for many objects at once; by id it is asked for. */
export const withoutPages = (fields: string) =>
  fields.replaceAll(/\w+\(first: \d+\) \{ nodes \{ id \} \}|imaPolicy/g, '');
const listed = (name: string, filter: (thing: Thing) => string = () => ''): Door => ({
  name,
  ask: (thing, fields) =>
    `${name}(first: 200${filter(thing)}) { nodes { ${withoutPages(fields)} } pageInfo { hasNextPage } }`,
  find: (page, thing) => {
    if (page.pageInfo.hasNextPage) throw new Error(`${name} has more than one page, so that absence proves nothing`);
    return among(page.nodes, thing);
  },
});
/** @param root A field of Query, with its arguments. @param called What people call the one thing that it answers. */
const single = (root: string, fields: string, called: string): Doors => ({
  fields,
  byId: { name: root, ask: () => `${root} { ${fields} }`, find: itself },
  single: { name: called, id: root },
});
const revision: Door = {
  name: 'allowlist',
  ask: ({ at }, fields) => `allowlist(ref: { id: ${quoted(at)} }) { currentRevision { ${fields} } }`,
  find: (list) => list.currentRevision,
};
const CONTENT = 'id imaPolicy tpmPolicy vtpmPolicy';

export const DOORS: Readonly<Record<string, Doors>> = {
  Viewer: {
    fields: 'kind user { id } agent { id } scope { domain { id } project { id } }',
    byId: { name: 'viewer', ask: (_, fields) => `viewer { ${fields} }`, find: itself },
  },
  Domain: { fields: 'id', byId: byId('domain'), list: listed('domains'), entity: 'Domain' },
  Project: {
    fields: 'id domain { id } parent { id }',
    byId: byId('project'),
    list: listed('projects'),
    entity: 'Project',
  },
  User: {
    fields: 'id domain { id } groups(first: 5) { nodes { id } }',
    byId: byId('user'),
    list: listed('users'),
    entity: 'User',
  },
  Group: {
    fields: 'id domain { id } members(first: 5) { nodes { id } }',
    byId: byId('group'),
    list: listed('groups'),
    entity: 'Group',
  },
  Token: {
    fields: 'id apiCredential { id } scope { domain { id } project { id } }',
    list: listed('tokens'),
    entity: 'Token',
  },
  ApiCredential: {
    fields: 'id user { id } scope { domain { id } project { id } }',
    list: listed('apiCredentials', ({ at }) => `, filter: { userIds: [${quoted(at)}] }`),
    entity: 'ApiCredential',
  },
  Role: {
    fields: 'id domain { id } impliedRoles { id }',
    byId: byId('role'),
    list: listed('roles'),
    entity: 'Role',
  },
  RoleAssignment: {
    fields: 'id user { id } group { id } roleDomain { id } scope { domain { id } project { id } }',
    list: listed('roleAssignments', ({ at }) => `, filter: { userIds: [${quoted(at)}] }`),
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
      find: itself,
    },
    list: {
      ...listed('policyRevisions'),
      find: ({ nodes }, { id }) => nodes.find(({ number }: Json) => String(number) === id) ?? null,
    },
  },
  PolicyCandidate: {
    fields: 'revision { number } changes { policy }',
    byId: { name: 'policyCandidate', ask: (_, fields) => `policyCandidate { ${fields} }`, find: itself },
  },
  PolicyPreview: {
    fields: 'hash differences { policy } proofs { policy counterexample { atom } }',
    byId: {
      name: 'previewPolicyChange',
      ask: (_, fields) => `previewPolicyChange(input: { overrides: [] }) { preview { ${fields} } }`,
      find: ({ preview }) => preview,
    },
  },
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
  AuditEntry: {
    fields: 'id',
    list: listed('auditEntries', ({ at }) => `, filter: { targetIds: [${quoted(at)}] }`),
    entity: 'AuditEntry',
  },
  AuditChain: single('auditChain', 'firstSeq head { seq } trim { seq } keys { keyId }', 'the chain'),
  AuditSeal: single('auditSeals(first: 1)', 'nodes { seq entry { id } head { seq } }', 'any'),
  AuditChainVerification: single('verifyAuditChain', 'verifiedSeq fault { __typename }', 'the chain'),
  ...QUESTION_DOORS,
};

export const SINGLE_THINGS: Things = Object.fromEntries(
  Object.entries(DOORS).flatMap(([type, { single: thing }]) => (thing ? [[type, [thing]]] : [])),
);

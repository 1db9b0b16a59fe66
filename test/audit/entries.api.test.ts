import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ACTIONS, EARLIER_ACTIONS, TARGET_TYPES } from '../../src/authority/index.js';
import { DOMAINS } from '../../src/domains.js';
import { newId } from '../../src/platform/ids.js';
import { buildSchema } from '../../src/server/graphql/schema.js';
import { type Json, startTestServer, type TestServer } from '../harness/server.js';

const LIST = `query ($filter: AuditEntryFilter) { auditEntries(first: 200, filter: $filter) {
  nodes { action targetType targetId domainId projectId actor { kind name scopeType } sealedForm } } }`;
const CREATE = 'mutation ($input: CreateProjectInput!) { createProject(input: $input) { project { id name } } }';

let server: TestServer;
let auditor: string;
const homes: Record<'red' | 'blue', { domainId: string; token: string; manager: string; projectId: string }> =
  {} as never;

async function entries(filter: Json, token = auditor): Promise<Json[]> {
  const { body } = await server.graphql(LIST, { filter }, token);
  expect(body.errors).toBeUndefined();
  return body.data.auditEntries.nodes;
}

const idsOf = (found: readonly Json[]) => found.map(({ targetId }) => targetId);

/** An entry as another build of the server wrote it. */
async function writeForeign(action: string, targetType: string): Promise<string> {
  const id = newId('AuditEntry');
  await server.services.db.execute(sql`insert into audit_entries
    (id, occurred_at, action, outcome, actor_kind, actor_scope_type, target_type, target_id, request_id, details)
    values (${id}, now(), ${action}, 'ALLOWED', 'robot', 'moon', ${targetType}, ${id}, 'request', '{}')`);
  return id;
}

beforeAll(async () => {
  server = await startTestServer();
  auditor = (await server.token({ scope: { type: 'system' }, role: 'reader' })).token;
  for (const name of ['red', 'blue'] as const) {
    const domainId = await server.domain(name);
    const scope = { type: 'domain', domainId } as const;
    const { token, userId } = await server.token({ scope, role: 'manager' });
    const { body } = await server.graphql(CREATE, { input: { name } }, token);
    const { nodes } = (await server.graphql('{ users { nodes { id name } } }', {}, token)).body.data.users;
    const manager = nodes.find(({ id }: Json) => id === userId).name;
    homes[name] = { domainId, token, manager, projectId: body.data.createProject.project.id };
  }
});
afterAll(() => server.close());

describe('Query.auditEntries', () => {
  test('ok: an entry has the words of the schema, and the stored ones in its sealed form', async () => {
    const { projectId, domainId, manager } = homes.red;
    const [entry] = await entries({ targetIds: [projectId] });
    expect(entry).toMatchObject({
      action: 'PROJECT_CREATED',
      targetType: 'PROJECT',
      actor: { kind: 'USER', name: manager, scopeType: 'DOMAIN' },
      sealedForm: {
        action: 'project.created',
        targetType: 'Project',
        actor: { kind: 'user', scopeType: 'domain' },
        domainId,
      },
    });
  });

  test('ok: by action, kind of target, domain, and name of the actor', async () => {
    const { red, blue } = homes;
    const made = { actions: ['PROJECT_CREATED'] };
    expect(idsOf(await entries(made)).sort()).toEqual([red.projectId, blue.projectId].sort());
    expect(idsOf(await entries({ ...made, domainIds: [red.domainId] }))).toEqual([red.projectId]);
    expect(idsOf(await entries({ ...made, actorNames: [blue.manager] }))).toEqual([blue.projectId]);
    expect(idsOf(await entries({ targetTypes: ['PROJECT'], domainIds: [blue.domainId] }))).toEqual([blue.projectId]);
    expect(await entries({ targetTypes: ['PROJECT'], actions: ['ROLE_GRANTED'] })).toEqual([]);
    expect(await entries({ actions: [] })).toEqual([]);
  });

  test('ok: by project', async () => {
    const { domainId, projectId } = homes.red;
    const scope = { type: 'project', domainId, projectId } as const;
    const { token } = await server.token({ scope, role: 'member' });
    const create = 'mutation ($input: CreateAgentInput!) { createAgent(input: $input) { agent { id } } }';
    const { body } = await server.graphql(create, { input: { name: 'web-1' } }, token);
    const found = await entries({ projectIds: [projectId] });
    expect(found.map(({ action }) => action)).toEqual(['AGENT_CREATED', 'PROJECT_CREATED']);
    expect(idsOf(found)).toEqual([body.data.createAgent.agent.id, projectId]);
  });

  test('hidden: neither a name nor an id of another tenant finds its entries', async () => {
    const { red, blue } = homes;
    for (const filter of [
      { actorNames: [blue.manager] },
      { domainIds: [blue.domainId] },
      { projectIds: [blue.projectId] },
      { targetIds: [blue.projectId] },
    ]) {
      expect(await entries(filter, red.token), JSON.stringify(filter)).toEqual([]);
      expect((await entries(filter)).length, JSON.stringify(filter)).toBeGreaterThan(0);
    }
  });

  test('ok: words of a newer build are OTHER, found as such, and named in the sealed form', async () => {
    const id = await writeForeign('rack.moved', 'Rack');
    const found = await entries({ actions: ['OTHER'], targetTypes: ['OTHER'] });
    expect(found).toMatchObject([
      {
        action: 'OTHER',
        targetType: 'OTHER',
        targetId: id,
        actor: { kind: 'OTHER', scopeType: null },
        sealedForm: { action: 'rack.moved', targetType: 'Rack', actor: { kind: 'robot', scopeType: 'moon' } },
      },
    ]);
    expect(idsOf(await entries({ actions: ['OTHER', 'PROJECT_CREATED'] }))).toContain(homes.red.projectId);
  });

  test('ok: what earlier builds wrote has its word', async () => {
    const id = await writeForeign('attestation.begun', 'Agent');
    expect(idsOf(await entries({ actions: ['ATTESTATION_BEGUN'] }))).toEqual([id]);
  });

  test('invalid: more values than a filter has, also of words', async () => {
    const { body } = await server.graphql(LIST, { filter: { actions: Array(1001).fill('ROLE_GRANTED') } }, auditor);
    expect(body.errors[0].extensions.code).toBe('BAD_USER_INPUT');
  });
});

describe('the words of the audit log', () => {
  test('ok: every action that is written, and every kind of target, is in the schema, and no other', () => {
    const schema = buildSchema(DOMAINS);
    const named = (type: string) => Object.keys((schema.getType(type) as Json).toConfig().values).sort();
    const names = [...ACTIONS, ...EARLIER_ACTIONS].map((word) => word.toUpperCase().replace('.', '_'));
    expect(named('AuditAction')).toEqual([...names, 'OTHER'].sort());
    expect(named('AuditTargetType')).toEqual([...Object.keys(TARGET_TYPES), 'OTHER'].sort());
  });
});

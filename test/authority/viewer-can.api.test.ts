import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeOf, type Json, startTestServer, type TestServer } from '../harness/server.js';

const statements: string[] = [];
let server: TestServer;
let domainId: string;
let project: Awaited<ReturnType<TestServer['project']>>;
const tokens: Record<string, string> = {};
beforeAll(async () => {
  server = await startTestServer({ statements: { logQuery: (text) => void statements.push(text) } });
  domainId = await server.domain();
  project = await server.project(domainId);
  const scopes = { system: { type: 'system' }, domain: { type: 'domain', domainId }, project } as const;
  for (const role of ['manager', 'reader'] as const)
    for (const [name, scope] of Object.entries(scopes))
      tokens[`${name} ${role}`] = (await server.token({ scope, role, homeDomainId: domainId })).token;
  for (let count = 0; count < 200; count++) await server.user(domainId);
  for (let count = 0; count < 3; count++) await server.agent(project);
});
afterAll(() => server.close());

async function ask(query: string, who: string, variables: object = {}): Promise<Json> {
  const { body } = await server.graphql(query, variables, tokens[who]);
  expect(body.errors).toBeUndefined();
  return body.data;
}

/** How many statements a query takes, once everything that requests share was read; the server's own work may add some. */
async function countOf(query: string, who: string): Promise<number> {
  await ask(query, who);
  const counts: number[] = [];
  for (let run = 0; run < 3; run += 1) {
    statements.length = 0;
    await ask(query, who);
    counts.push(statements.length);
  }
  return Math.min(...counts);
}

describe('viewerCan', () => {
  test('ok: for a page of 200 objects it takes one statement more, whatever their number of operations', async () => {
    for (const [noun, who] of [
      ['users', 'domain manager'],
      ['users', 'system manager'],
      ['agents', 'project manager'],
      ['roles', 'domain manager'],
      ['roleAssignments', 'system manager'],
      ['allowlists', 'project manager'],
    ] as const) {
      const page = (fields: string) => `{ ${noun}(first: 200) { nodes { id ${fields} } } }`;
      const without = await countOf(page(''), who);
      const told = await countOf(page('viewerCan { operation isAllowed reason scopeTypes }'), who);
      expect(told - without, `${noun} of ${who}`).toBeLessThanOrEqual(1);
    }
  });

  test('ok: what is missing is told by role and scope, where a role would help', async () => {
    const query = `{ agents(first: 1) { nodes { viewerCan(operations: ["updateAgent", "banAgent", "setNodeLabels"]) {
      operation } } } }`;
    const { body } = await server.graphql(query, {}, tokens['project reader']);
    expect(codeOf({ body } as never)).toBe('BAD_USER_INPUT');
    const known = query.replace(', "setNodeLabels"', '').replace('operation }', 'FIELDS }');
    const fields = 'operation isAllowed reason requires { role scopeType domainId projectId }';
    const { agents } = await ask(known.replace('FIELDS', fields), 'project reader');
    const at = { scopeType: 'PROJECT', domainId, projectId: project.projectId };
    expect(agents.nodes[0].viewerCan).toEqual([
      { operation: 'banAgent', isAllowed: false, reason: 'FORBIDDEN', requires: [{ role: 'admin', ...at }] },
      { operation: 'updateAgent', isAllowed: false, reason: 'FORBIDDEN', requires: [{ role: 'manager', ...at }] },
    ]);
  });

  test('ok: of a scope that the policy does not take, those that it takes are told, and no role', async () => {
    const fields = 'reason scopeTypes requires { role }';
    const query = `{ agents(first: 1) { nodes { viewerCan(operations: ["updateAgent"]) { ${fields} } } } }`;
    const { agents } = await ask(query, 'domain manager');
    expect(agents.nodes[0].viewerCan).toEqual([
      { reason: 'WRONG_SCOPE', scopeTypes: ['SYSTEM', 'PROJECT'], requires: [] },
    ]);
  });

  test('hidden: of what the caller may not read, nothing is told', async () => {
    const { body } = await server.graphql(
      `query ($of: [_Any!]!) { _entities(representations: $of) { ... on User { viewerCan { operation } } } }`,
      { of: [{ __typename: 'User', id: await server.user(await server.domain()) }] },
      tokens['domain manager'],
    );
    expect(body.data._entities).toEqual([null]);
  });

  test('refused: an error of the database is an error of the field, and nothing is allowed; the object stays', async () => {
    const query = '{ users(first: 1) { nodes { id viewerCan { isAllowed } } } }';
    const { db } = server.services;
    const send = db.send;
    const broken = (text: string, values: readonly unknown[]) =>
      text.includes('json_build_object') ? Promise.reject(new Error('broken')) : send.call(db, text, values);
    Object.assign(db, { send: broken });
    const { body } = await server.graphql(query, {}, tokens['domain manager']);
    Object.assign(db, { send });
    expect(body.data.users.nodes).toEqual([{ id: expect.any(String), viewerCan: null }]);
    expect(body.errors).toHaveLength(1);
  });
});

describe('Viewer.can', () => {
  test.each([
    '{ viewer { can(operations: $names) { isAllowed } } }',
    '{ users { nodes { viewerCan(operations: $names) { isAllowed } } } }',
  ])('invalid: too many operations, and one that does not exist: %s', async (asked) => {
    const told = async (names: readonly string[]) => {
      const { body } = await server.graphql(`query ($names: [String!]) ${asked}`, { names }, tokens['domain manager']);
      return body.errors?.[0].extensions.code;
    };
    expect(await told(Array.from({ length: 1001 }, () => 'deleteUser'))).toBe('BAD_USER_INPUT');
    expect(await told(['noSuchOperation'])).toBe('BAD_USER_INPUT');
    expect(await told(Array.from({ length: 1000 }, () => 'deleteUser'))).not.toBe('INTERNAL_SERVER_ERROR');
  });

  test('ok: which lists can be read and what can be created, at the scope of the token', async () => {
    const query = '{ viewer { can(operations: ["nodes", "agents", "createGroup"]) { operation isAllowed reason } } }';
    const { viewer } = await ask(query, 'domain manager');
    expect(viewer.can).toEqual([
      { operation: 'agents', isAllowed: true, reason: null },
      { operation: 'createGroup', isAllowed: true, reason: null },
      { operation: 'nodes', isAllowed: false, reason: 'WRONG_SCOPE' },
    ]);
  });
});

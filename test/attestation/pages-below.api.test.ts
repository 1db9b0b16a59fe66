import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { attestationResults } from '../../src/attestation/results/index.js';
import { NO_COUNTS } from '../../src/attestation/verifier/index.js';
import { newId } from '../../src/platform/ids.js';
import { asId, asIds } from '../harness/ids.js';
import { codeOf, type Json, startTestServer, type TestServer } from '../harness/server.js';
import { CREATE_LIST } from './agent-world.js';

const PUBLISH = `mutation ($input: PublishAllowlistRevisionInput!) {
  publishAllowlistRevision(input: $input) { allowlist { id etag } userErrors { message } } }`;
const REVISIONS = `query ($id: ID, $first: Int, $after: String) { allowlist(ref: { id: $id }) {
  revisions(first: $first, after: $after) { nodes { number tpmPolicy } totalCount
    pageInfo { hasNextPage endCursor } } } }`;
const AGENTS =
  'agents(first: $first, after: $after) { nodes { id name } totalCount pageInfo { hasNextPage endCursor } }';
const OF_LIST = `query ($id: ID, $first: Int, $after: String) { below: allowlist(ref: { id: $id }) { ${AGENTS} } }`;
const OF_PROJECT = `query ($id: ID, $first: Int, $after: String) { below: project(ref: { id: $id }) { ${AGENTS} } }`;

const pcr = (value: string) => JSON.stringify({ 7: [value.repeat(64)] });

/** A rejection without its own id and its agent. */
const RESULT = {
  verdict: 'REJECTED' as const,
  failures: [
    { code: 'NOTHING_BOUND', class: 'PROTOCOL', severity: 'error', message: 'No bound policy \u2013 "nothing".' },
  ] as const,
  counts: { ...NO_COUNTS, failures: 1 },
  allowlistRevisionId: null,
  stateAfter: 'PENDING' as const,
  receivedAt: new Date('2026-03-01T00:00:00.123Z'),
};

const statements: string[] = [];
let server: TestServer;
let home: Awaited<ReturnType<TestServer['project']>>;
let foreign: typeof home;
let tokens: Record<'system' | 'home' | 'foreign', string>;
/** A list of the system that both tenants use, and one of `home`. */
let shared: string;
let own: string;
beforeAll(async () => {
  server = await startTestServer({ statements: { logQuery: (text) => void statements.push(text) } });
  home = await server.project(await server.domain());
  foreign = await server.project(await server.domain());
  const holder = async (scope: Parameters<TestServer['token']>[0]['scope']) =>
    (await server.token({ scope, role: 'manager' })).token;
  tokens = { system: await holder({ type: 'system' }), home: await holder(home), foreign: await holder(foreign) };
  shared = await list('shared', tokens.system);
  own = await list('own', tokens.home);
  for (const name of ['a', 'b', 'c']) await server.agent(home, { name, record: { allowlistId: asId(shared) } });
  await server.agent(home, { name: 'd', record: { allowlistId: asId(own) } });
  await server.agent(foreign, { name: 'e', record: { allowlistId: asId(shared) } });
});
afterAll(() => server.close());

async function list(name: string, token: string): Promise<string> {
  const { body } = await server.graphql(CREATE_LIST, { input: { name, tpmPolicy: pcr('0') } }, token);
  return body.data.createAllowlist.allowlist.id;
}

async function ask(query: string, variables: object, token = tokens.home): Promise<Json> {
  const { body } = await server.graphql(query, variables, token);
  expect(body.errors).toBeUndefined();
  return body.data;
}

const namesIn = ({ nodes }: Json) => nodes.map(({ name }: Json) => name);

describe('Allowlist.revisions', () => {
  let id: string;
  beforeAll(async () => {
    id = await list('revised', tokens.home);
    let { etag } = (await ask('query ($id: ID) { allowlist(ref: { id: $id }) { etag } }', { id })).allowlist;
    for (const value of ['1', '2', '3']) {
      const input = { allowlist: { id }, etag, tpmPolicy: pcr(value) };
      ({ etag } = (await ask(PUBLISH, { input })).publishAllowlistRevision.allowlist);
    }
  });

  test('ok: newest first, page by page, with their content', async () => {
    const first = (await ask(REVISIONS, { id, first: 3 })).allowlist.revisions;
    expect(first.nodes.map(({ number }: Json) => number)).toEqual([4, 3, 2]);
    expect(first.nodes[0].tpmPolicy).toBe(pcr('3'));
    expect([first.totalCount, first.pageInfo.hasNextPage]).toEqual([4, true]);
    const rest = (await ask(REVISIONS, { id, first: 3, after: first.pageInfo.endCursor })).allowlist.revisions;
    expect(rest).toMatchObject({ nodes: [{ number: 1, tpmPolicy: pcr('0') }], pageInfo: { hasNextPage: false } });
  });

  test('ok: without their content it is not read', async () => {
    statements.length = 0;
    await ask('query ($id: ID) { allowlist(ref: { id: $id }) { revisions { nodes { number } } } }', { id });
    expect(statements.some((text) => text.includes('"number"'))).toBe(true);
    expect(statements.filter((text) => text.includes('tpm_policy'))).toEqual([]);
  });

  test.each(['["-number","x"]', '["-number","1e3"]', '["-number",""]', '["id","3"]'])(
    'invalid: the cursor %s',
    async (cursor) => {
      const after = Buffer.from(cursor).toString('base64url');
      const answer = await server.graphql(REVISIONS, { id, first: 3, after }, tokens.home);
      expect(codeOf(answer)).toBe('INVALID_CURSOR');
    },
  );

  test('hidden: those of a list of another tenant', async () => {
    const answer = await server.graphql(REVISIONS, { id, first: 3 }, tokens.foreign);
    expect(codeOf(answer)).toBe('NOT_FOUND');
  });
});

describe('agents below an object', () => {
  test.each([
    ['Allowlist.agents', OF_LIST, () => shared, ['a', 'b', 'c']],
    ['Project.agents', OF_PROJECT, () => home.projectId, ['a', 'b', 'c', 'd']],
  ] as const)('ok: %s in the order of their creation, page by page', async (_name, query, idOf, names) => {
    const first = (await ask(query, { id: idOf(), first: 2 })).below.agents;
    expect(first).toMatchObject({ totalCount: names.length, pageInfo: { hasNextPage: true } });
    const rest = (await ask(query, { id: idOf(), first: 2, after: first.pageInfo.endCursor })).below.agents;
    expect([...namesIn(first), ...namesIn(rest)]).toEqual(names);
    expect(rest.pageInfo.hasNextPage).toBe(false);
  });

  test('hidden: agents of another tenant on a list that both use, and their number', async () => {
    const { agents } = (await ask(OF_LIST, { id: shared, first: 10 }, tokens.foreign)).below;
    expect([namesIn(agents), agents.totalCount]).toEqual([['e'], 1]);
  });

  test('hidden: none for a reader of the system, where operators do not own the project', async () => {
    const objects = [
      [OF_LIST, shared],
      [OF_PROJECT, home.projectId],
    ] as const;
    for (const [query, id] of objects) {
      const { agents } = (await ask(query, { id, first: 10 }, tokens.system)).below;
      expect([namesIn(agents), agents.totalCount]).toEqual([[], 0]);
    }
  });

  test('forbidden: null for a caller who may read no agents, whatever there are', async () => {
    const { token } = await server.token({ scope: { type: 'system' }, role: 'admin' });
    let baseRevision = 0;
    const set = async (overrides: object[]) => {
      const query = `mutation ($input: SetPolicyOverridesInput!) {
        setPolicyOverrides(input: $input) { userErrors { message } } }`;
      const { body } = await server.graphql(query, { input: { overrides, baseRevision } }, token);
      expect(body.data.setPolicyOverrides.userErrors).toEqual([]);
      baseRevision += 1;
    };
    await set([{ name: 'agent:get', check: 'role:admin' }]);
    for (const [query, id] of [
      [OF_LIST, shared],
      [OF_PROJECT, home.projectId],
    ] as const)
      expect(await ask(query, { id, first: 10 }, tokens.system)).toEqual({ below: { agents: null } });
    await set([]);
  });

  test('ok: every field of an agent, as it is told by itself', async () => {
    const fields = 'id name kind state acceptedCount createdAt project { id } allowlist { id name } etag';
    const [a] = (await ask(`{ agents(first: 1) { nodes { ${fields} } } }`, {})).agents.nodes;
    const below = `query ($id: ID) { allowlist(ref: { id: $id }) { agents(first: 1) { nodes { ${fields} } } } }`;
    expect((await ask(below, { id: shared })).allowlist.agents.nodes).toEqual([a]);
  });

  test('ok: the pages of all objects of a list are read in one statement, each with its own', async () => {
    const query = '{ allowlists { nodes { name agents(first: 2) { nodes { name } } } } }';
    statements.length = 0;
    const { nodes } = (await ask(query, {})).allowlists;
    expect(statements.filter((text) => text.includes('json_agg(page)'))).toHaveLength(1);
    const byList = Object.fromEntries(nodes.map(({ name, agents }: Json) => [name, namesIn(agents)]));
    expect(byList).toMatchObject({ shared: ['a', 'b'], own: ['d'], revised: [] });
  });

  test('ok: of one list in two ways', async () => {
    const query = `query ($id: ID) { allowlist(ref: { id: $id }) {
      one: agents(first: 1) { nodes { name } } all: agents { nodes { id name } } } }`;
    const { one, all } = (await ask(query, { id: shared })).allowlist;
    expect([namesIn(one), namesIn(all)]).toEqual([['a'], ['a', 'b', 'c']]);
  });
});

describe('Agent.attestationResults', () => {
  /** Of `a` three results, of `b` one, of the others none; the newest first. */
  let resultsOf: Record<'a' | 'b', string[]>;
  beforeAll(async () => {
    const { nodes } = (await ask('{ agents { nodes { id name } } }', {})).agents;
    const { domainId, projectId } = home;
    const judged = async (name: string, count: number) => {
      const agentId = nodes.find((agent: Json) => agent.name === name).id;
      const owner = asIds({ agentId, domainId, projectId });
      const rows = Array.from({ length: count }, () => ({ ...RESULT, ...owner, id: newId('AttestationResult') }));
      await server.services.db.insert(attestationResults).values(rows);
      return rows.map((row) => row.id).reverse();
    };
    resultsOf = { a: await judged('a', 3), b: await judged('b', 1) };
  });

  test('ok: those of all agents of a list are read in one statement, the newest first', async () => {
    const query = `{ agents(first: 4) { nodes { name
      attestationResults(first: 2) { nodes { id } totalCount pageInfo { hasNextPage } } } } }`;
    statements.length = 0;
    const { nodes } = (await ask(query, {})).agents;
    expect(statements.filter((text) => text.includes('json_agg(page)'))).toHaveLength(1);
    const byAgent = Object.fromEntries(
      nodes.map(({ name, attestationResults: { nodes: below, totalCount, pageInfo } }: Json) => [
        name,
        [below.map(({ id }: Json) => id), totalCount, pageInfo.hasNextPage],
      ]),
    );
    expect(byAgent).toEqual({
      a: [resultsOf.a.slice(0, 2), 3, true],
      b: [resultsOf.b, 1, false],
      c: [[], 0, false],
      d: [[], 0, false],
    });
  });

  test('ok: page by page, with failures only where they are asked for', async () => {
    const query = `query ($after: String) { agents(first: 1) { nodes { attestationResults(first: 2, after: $after) {
      nodes { id verdict counts { failures } receivedAt } pageInfo { endCursor } }
      all: attestationResults(first: 3) { nodes { failures { code message severity } } } } } }`;
    const page = async (after?: string) => (await ask(query, { after })).agents.nodes[0];
    const first = await page();
    const rest = await page(first.attestationResults.pageInfo.endCursor);
    const read = [...first.attestationResults.nodes, ...rest.attestationResults.nodes];
    const told = { verdict: 'REJECTED', counts: { failures: 1 }, receivedAt: RESULT.receivedAt.toISOString() };
    expect(read).toEqual(resultsOf.a.map((id) => ({ id, ...told })));
    const [failure] = RESULT.failures;
    const { code, message } = failure;
    expect(first.all.nodes).toEqual(resultsOf.a.map(() => ({ failures: [{ code, message, severity: 'ERROR' }] })));
    statements.length = 0;
    await ask('{ agents { nodes { attestationResults { nodes { id } } } } }', {});
    expect(statements.filter((text) => text.includes('"failures"'))).toEqual([]);
  });

  test('hidden: those of agents of another tenant', async () => {
    const { nodes } = (await ask('{ agents { nodes { attestationResults { nodes { id } } } } }', {}, tokens.foreign))
      .agents;
    expect(nodes).toEqual([{ attestationResults: { nodes: [] } }]);
  });
});

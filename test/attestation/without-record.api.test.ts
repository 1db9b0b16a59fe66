import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { trustExpiry } from '../../src/attestation/records/index.js';
import { newId } from '../../src/platform/ids.js';
import { TRUST, watch } from '../events/watch.js';
import { standingClock } from '../harness/clock.js';
import { codeOf, startTestServer, type TestServer } from '../harness/server.js';
import { agentWorld, CREATE_LIST } from './agent-world.js';

const TELL = `{
  kind name state trustedUntil tpmKind acceptedCount rejectedCount firstAcceptedAt lastAcceptedAt lastRejectedAt
  lastSeverity allowlist { id } lastResult { id } attestationResults { nodes { id } } }`;
const NAMES = `query ($filter: AgentFilter, $orderBy: AgentOrder, $first: Int, $after: String) {
  agents(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
    nodes { name } pageInfo { endCursor hasNextPage } } }`;
const CREATE = `mutation ($input: CreateAgentInput!) {
  createAgent(input: $input) { agent { id } userErrors { code } } }`;

const clock = standingClock();
let server: TestServer;
let world: ReturnType<typeof agentWorld>;
let scope: { readonly type: 'project'; readonly domainId: string; readonly projectId: string };
let admin: string;
let list: string;
/** An agent that does not attest: no API makes one yet. */
let bare: string;
const TRUSTED_UNTIL = new Date(clock.time + 60_000);

beforeAll(async () => {
  server = await startTestServer({ clock });
  world = agentWorld(server);
});
afterAll(() => server.close());

beforeEach(async () => {
  scope = await server.project(await server.domain());
  admin = (await server.token({ scope, role: 'admin' })).token;
  const made = await world.done(
    CREATE_LIST,
    { name: 'files', imaPolicy: { content: `${'0'.repeat(64)}  /x\n` } },
    admin,
  );
  list = made.allowlist.id;
  for (const name of ['a', 'c']) await world.done(CREATE, { name, allowlist: { id: list } }, admin);
  bare = await server.agent(scope, { name: 'b', trustedUntil: TRUSTED_UNTIL });
});

const ask = async (query: string, variables: object = {}, token = admin) => {
  const { body } = await server.graphql(query, variables, token);
  expect(body.errors).toBeUndefined();
  return body.data;
};
const namesBy = async (variables: object): Promise<string[]> =>
  (await ask(NAMES, variables)).agents.nodes.map(({ name }: { name: string }) => name);

const TOLD = {
  kind: 'MACHINE',
  name: 'b',
  state: 'TRUSTED',
  trustedUntil: TRUSTED_UNTIL.toISOString(),
  tpmKind: null,
  acceptedCount: 0,
  rejectedCount: 0,
  firstAcceptedAt: null,
  lastAcceptedAt: null,
  lastRejectedAt: null,
  lastSeverity: null,
  allowlist: null,
  lastResult: null,
  attestationResults: { nodes: [] },
};

describe('an agent without an attestation record', () => {
  test('ok: it says that it has no TPM, no allowlist and no results, by every way to it', async () => {
    const agentToken = await server.agentToken(bare);
    const entity = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Agent ${TELL} } }`;
    expect([
      (await ask(`{ agent(ref: { id: "${bare}" }) ${TELL} }`)).agent,
      (await ask(`{ agent(ref: { name: "b" }) ${TELL} }`)).agent,
      (await ask(`{ agents(first: 1, filter: { names: ["b"] }) { nodes ${TELL} } }`)).agents.nodes[0],
      (await ask(entity, { of: [{ __typename: 'Agent', id: bare }] }))._entities[0],
      (await ask(`{ viewer { agent ${TELL} } }`, {}, agentToken)).viewer.agent,
    ]).toEqual([TOLD, TOLD, TOLD, TOLD, TOLD]);
  });

  test('ok: asked for often, so that the answer is made from plain rows, it says the same', async () => {
    const asked = `{ agents { nodes { name tpmKind acceptedCount allowlist { name } etag } } }`;
    const answers = [];
    for (let run = 0; run < 5; run++) answers.push(await ask(asked));
    const own = answers.map(({ agents: { nodes } }) => nodes[2]);
    const told = { name: 'b', tpmKind: null, acceptedCount: 0, allowlist: null, etag: expect.any(String) };
    expect(own).toEqual(Array(5).fill(told));
    const { agent } = await ask(`{ agent(ref: { id: "${bare}" }) { etag } }`);
    expect(own[0].etag).toBe(agent.etag);
  });

  test('ok: lists have it in its place, page by page, in both orders and by state', async () => {
    const byName = { field: 'NAME', direction: 'DESC' };
    const { agents: first } = await ask(NAMES, { orderBy: byName, first: 2 });
    expect(first.nodes).toEqual([{ name: 'c' }, { name: 'b' }]);
    expect(await namesBy({ orderBy: byName, after: first.pageInfo.endCursor })).toEqual(['a']);
    // It was created last.
    expect(await namesBy({})).toEqual(['a', 'c', 'b']);
    expect(await namesBy({ filter: { states: ['TRUSTED'] } })).toEqual(['b']);
    expect(await namesBy({ filter: { states: ['CREATED'] } })).toEqual(['a', 'c']);
  });

  test('ok: a filter by allowlist leaves it out', async () => {
    expect(await namesBy({ filter: { allowlistIds: [list] } })).toEqual(['a', 'c']);
    expect(await namesBy({ filter: { allowlistIds: [list], names: ['b'] } })).toEqual([]);
  });

  test('hidden: another project’s member finds it in no list and by no id', async () => {
    const other = (await server.token({ scope: await server.project(scope.domainId), role: 'admin' })).token;
    expect((await ask('{ agents { nodes { id } } }', {}, other)).agents.nodes).toEqual([]);
    const found = await server.graphql(`{ agent(ref: { id: "${bare}" }) { id } }`, {}, other);
    const missing = await server.graphql(`{ agent(ref: { id: "${newId('Agent')}" }) { id } }`, {}, other);
    expect([codeOf(found), found.comparable]).toEqual(['NOT_FOUND', missing.comparable]);
  });

  test('ok: subscribers hear that its trust ran out', async () => {
    const watcher = watch(server.url, admin, TRUST);
    await watcher.open();
    clock.time = TRUSTED_UNTIL.getTime();
    try {
      expect(await trustExpiry.doSome(server.services)).toBeGreaterThanOrEqual(1);
      await watcher.until(1);
    } finally {
      clock.time = TRUSTED_UNTIL.getTime() - 60_000;
      watcher.kill();
    }
    const [{ from, to, agent }] = watcher.events();
    expect({ from, to, agent }).toEqual({
      from: 'TRUSTED',
      to: 'STALE',
      agent: { id: bare, name: 'b', state: 'STALE' },
    });
  });
});

describe('an operation on the evidence of an agent that has none', () => {
  const OPERATIONS = ['resetAgent', 'banAgent', 'unbanAgent', 'retireAgent', 'bindAllowlist'] as const;
  const operate = (name: string, id: string, token: string) => {
    const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
    const query = `mutation ($input: ${type}!) { done: ${name}(input: $input) {
      agent { state } userErrors { code message path } } }`;
    return server.graphql(query, { input: { agent: { id } } }, token);
  };

  test.each(OPERATIONS)('invalid: %s says that the agent does not attest, and changes nothing', async (name) => {
    const { body } = await operate(name, bare, admin);
    const error = { code: 'INVALID', message: 'This agent has no attestation record.', path: ['input', 'agent'] };
    expect(body).toEqual({ data: { done: { agent: null, userErrors: [error] } } });
    expect((await ask(`{ agent(ref: { id: "${bare}" }) { state } }`)).agent).toEqual({ state: 'TRUSTED' });
  });

  test.each(OPERATIONS)('forbidden: %s says no more to a reader', async (name) => {
    const reader = (await server.token({ scope, role: 'reader' })).token;
    expect(codeOf(await operate(name, bare, reader))).toBe('FORBIDDEN');
  });

  test.each(OPERATIONS)('hidden: %s answers another project as if it were missing', async (name) => {
    const other = (await server.token({ scope: await server.project(scope.domainId), role: 'admin' })).token;
    const hidden = await operate(name, bare, other);
    expect([codeOf(hidden), hidden.comparable]).toEqual([
      'NOT_FOUND',
      (await operate(name, newId('Agent'), other)).comparable,
    ]);
  });

  test('refused: it cannot begin an attestation', async () => {
    const token = await server.agentToken(bare);
    const begun = await server.graphql('mutation { beginAttestation { challenge { nonce } } }', {}, token);
    expect(codeOf(begun)).toBe('UNAUTHENTICATED');
  });
});

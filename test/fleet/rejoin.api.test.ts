import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { auditEntries } from '../../src/audit/entries/tables.js';
import { codeOf, type Json, startTestServer, type TestServer } from '../harness/server.js';
import { joinWorld, newTpm } from './join-world.js';

const NODE = `query ($name: String!) {
  node(ref: { name: $name }) {
    id etag address origin availability leasedUntil facts { os } labels { key value } tenants { id }
    agent { id allowlist { name } } } }`;
const REJOIN = `mutation ($input: RejoinNodeInput!) {
  rejoinNode(input: $input) { node { origin address labels { key } } userErrors { code } } }`;

let server: TestServer;
let world: ReturnType<typeof joinWorld>;
let manager: string;
let tenant: Awaited<ReturnType<TestServer['project']>>;
beforeAll(async () => {
  server = await startTestServer();
  const domain = await server.defaultDomainId();
  const { projectId } = await server.operatorsProject(domain);
  tenant = await server.project(domain);
  manager = (await server.token({ scope: { type: 'system' }, role: 'manager' })).token;
  world = joinWorld(server, manager, projectId);
  const create = `mutation ($input: CreateAllowlistInput!) { createAllowlist(input: $input) { allowlist { id } } }`;
  for (const name of ['before', 'after'])
    await server.graphql(
      create,
      { input: { name, imaPolicy: { content: `${'0'.repeat(64)}  /bin/${name}\n` } } },
      manager,
    );
});
afterAll(() => server.close());

const nodeOf = async (name: string): Promise<Json> => (await server.graphql(NODE, { name }, manager)).body.data.node;
/** A node with all that a token and a machine can say of it. */
async function joined(name: string) {
  const { token } = await world.joinToken({
    nodeName: name,
    address: `${name}.example.org`,
    availability: 'ACTIVE',
    allowlist: { name: 'before' },
    labels: [{ key: 'admin.rack', value: 'r1' }],
    tenants: [{ id: tenant.projectId }],
  });
  const tpm = newTpm();
  const { agentId, token: bearer } = await world.join(token, tpm);
  const report = 'mutation { reportNodeFacts(input: { os: "Debian" }) { userErrors { code } } }';
  await server.graphql(report, {}, bearer);
  await server.graphql('mutation { renewNodeLease(input: {}) { leasedUntil } }', {}, bearer);
  return { tpm, agentId, bearer };
}
const rejoin = async (name: string, token = manager) =>
  server.graphql(REJOIN, { input: { node: { name }, etag: (await nodeOf(name)).etag } }, token);

test('ok: a machine that joins gets the labels, tenants and list of its token', async () => {
  await joined('said');
  expect(await nodeOf('said')).toMatchObject({
    address: 'said.example.org',
    availability: 'ACTIVE',
    facts: { os: 'Debian' },
    labels: [{ key: 'admin.rack', value: 'r1' }],
    tenants: [{ id: tenant.projectId }],
    agent: { allowlist: { name: 'before' } },
  });
});

test.each([
  ['policy.zone', 'INVALID'],
  ['attested.tpm', 'INVALID'],
  ['reported.rack', 'INVALID'],
  ['rack', 'INVALID'],
])('invalid: a join token with the label %s', async (key, code) => {
  const { body } = await world.ask({ nodeName: 'labelled', labels: [{ key, value: 'x' }] });
  expect(body.data.createJoinToken.userErrors).toMatchObject([{ code }]);
});

test('ok: a token without tenants lets all in, and one with an empty list none', async () => {
  const [open, closed] = [{ nodeName: 'open' }, { nodeName: 'closed', tenants: [] }];
  for (const input of [open, closed]) await world.join((await world.joinToken(input)).token);
  expect([(await nodeOf('open')).tenants, (await nodeOf('closed')).tenants]).toEqual([null, []]);
});

test('refused: what the agent of a node asks after the node was deleted; it is told why', async () => {
  const { bearer } = await joined('connected');
  const remove = 'mutation ($input: DeleteNodeInput!) { deleteNode(input: $input) { userErrors { code } } }';
  await server.graphql(
    remove,
    { input: { node: { name: 'connected' }, etag: (await nodeOf('connected')).etag } },
    manager,
  );
  for (const ask of [
    'mutation { renewNodeLease(input: {}) { leasedUntil } }',
    'mutation { beginAttestation { challenge { nonce } } }',
  ]) {
    const { body } = await server.graphql(ask, {}, bearer);
    expect(body.errors[0].extensions).toMatchObject({ code: 'UNAUTHENTICATED', reason: 'AGENT_BANNED' });
  }
});

describe('Mutation.rejoinNode', () => {
  test('ok: the next machine gets what its token says, and nothing of before', async () => {
    const { agentId, bearer } = await joined('again');
    const { body } = await rejoin('again');
    expect(body.data.rejoinNode).toEqual({ node: { origin: null, address: null, labels: [] }, userErrors: [] });
    expect(codeOf(await server.graphql('{ viewer { kind } }', {}, bearer))).toBe('UNAUTHENTICATED');
    expect(await nodeOf('again')).toMatchObject({ agent: null, facts: null, leasedUntil: null });
    const { token } = await world.joinToken({ node: { name: 'again' }, allowlist: { name: 'after' } });
    const next = await world.join(token);
    expect(await nodeOf('again')).toMatchObject({
      origin: 'JOINED',
      address: null,
      labels: [],
      agent: { id: next.agentId, allowlist: { name: 'after' } },
    });
    expect(next.agentId).not.toBe(agentId);
  });

  test('audited: whose machine it was, and what was said of it', async () => {
    const { agentId } = await joined('told');
    await rejoin('told');
    const rows = await server.services.db.select().from(auditEntries).where(eq(auditEntries.action, 'node.rejoined'));
    expect(rows.map(({ details }) => details)).toContainEqual(
      expect.objectContaining({ agentId, address: 'told.example.org', labels: { 'admin.rack': 'r1' } }),
    );
  });

  test('refused: the banned TPM of before, by a token for the node', async () => {
    const { tpm, agentId } = await joined('banned');
    const admin = (await server.token({ scope: { type: 'system' }, role: 'admin' })).token;
    await server.graphql(
      'mutation ($id: ID!) { banAgent(input: { agent: { id: $id } }) { userErrors { code } } }',
      { id: agentId },
      admin,
    );
    await rejoin('banned');
    const { token } = await world.joinToken({ node: { name: 'banned' } });
    expect(codeOf(await world.enroll(token, tpm))).toBe('UNAUTHENTICATED');
  });

  test('stale: a node that changed since it was read; forbidden: for a member, and for the machine itself', async () => {
    const { bearer } = await joined('guarded');
    const input = { node: { name: 'guarded' }, etag: 'old' };
    const { body } = await server.graphql(REJOIN, { input }, manager);
    expect(body.data.rejoinNode.userErrors).toMatchObject([{ code: 'STALE_ETAG' }]);
    const member = (await server.token({ scope: { type: 'system' }, role: 'member' })).token;
    for (const token of [member, bearer]) expect(codeOf(await rejoin('guarded', token))).toBe('FORBIDDEN');
  });

  test('ok: a node that waits already stays as it is', async () => {
    const create = 'mutation { createNode(input: { name: "idle", address: "10.3.3.3" }) { node { id } } }';
    await server.graphql(create, {}, manager);
    const { body } = await rejoin('idle');
    expect(body.data.rejoinNode.node).toMatchObject({ address: '10.3.3.3' });
  });

  test('ok: a deleted node that joins again has nothing of before', async () => {
    await joined('deleted');
    const remove =
      'mutation ($input: DeleteNodeInput!) { deleteNode(input: $input) { nodeId userErrors { code message } } }';
    const gone = await server.graphql(
      remove,
      { input: { node: { name: 'deleted' }, etag: (await nodeOf('deleted')).etag } },
      manager,
    );
    expect(gone.body.data.deleteNode.userErrors).toEqual([]);
    await world.join((await world.joinToken({ nodeName: 'deleted' })).token);
    expect(await nodeOf('deleted')).toMatchObject({
      address: null,
      labels: [],
      tenants: null,
      facts: null,
      availability: 'PAUSE',
      agent: { allowlist: null },
    });
  });
});

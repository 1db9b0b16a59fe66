import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { attestationResults } from '../../src/attestation/results/tables.js';
import { newId } from '../../src/platform/ids.js';
import { asIds } from '../harness/ids.js';
import { codeOf, type Json, startTestServer, type TestServer } from '../harness/server.js';
import { fleetOf, told } from './fleet.js';

let server: TestServer;
let fleet: ReturnType<typeof fleetOf>;
beforeAll(async () => {
  server = await startTestServer();
  fleet = fleetOf(server);
}, 60_000);
afterAll(() => server.close());

const create = (input: object, token?: string): Promise<Json> => fleet.create(input, token);

describe('Mutation.createNode', () => {
  test('ok: a node waits for its machine, and takes nothing until somebody says so', async () => {
    const { node } = await create({ description: 'a web server' });
    expect(node).toMatchObject({ description: 'a web server', address: null, origin: null, availability: 'PAUSE' });
    expect((await create({ availability: 'ACTIVE' })).node.availability).toBe('ACTIVE');
  });

  test('ok: names are stored and found in lower case', async () => {
    const { node } = await create({ name: 'Rack-7.Example' });
    expect(node.name).toBe('rack-7.example');
    const query =
      '{ node(ref: { name: "RACK-7.example" }) { id } nodes(filter: { names: ["Rack-7.EXAMPLE"] }) { nodes { id } } }';
    const { body } = await server.graphql(query, {}, await fleet.operator('reader'));
    expect(body.data).toEqual({ node: { id: node.id }, nodes: { nodes: [{ id: node.id }] } });
  });

  test('conflict: the name of another node, in another case', async () => {
    await create({ name: 'twin' });
    expect(told(await create({ name: 'TWIN' }))).toBe('ALREADY_EXISTS input.name');
  });

  test.each([
    ['192.0.2.10', '192.0.2.10'],
    ['::FFFF:192.0.2.11', '192.0.2.11'],
    ['2001:DB8:0:0::1', '2001:db8::1'],
    ['Web-1.Example.ORG.', 'web-1.example.org'],
  ])('ok: the address %s is stored as %s', async (given, stored) => {
    expect((await create({ address: given })).node.address).toBe(stored);
  });

  test('conflict: the address of another node, written in another way', async () => {
    await create({ address: '2001:db8::20' });
    expect(told(await create({ address: '2001:0db8:0000::0020' }))).toBe('ALREADY_EXISTS input.address');
    await create({ address: '192.0.2.20' });
    expect(told(await create({ address: '::ffff:c000:214' }))).toBe('ALREADY_EXISTS input.address');
  });

  test.each([
    '',
    '.',
    'a b',
    'a_b',
    '-a',
    'a..b',
    '1.2.3',
    '1.2.3.256',
    '010.0.0.1',
    '0x7f.1',
    'fe80::1%eth0',
    '0.0.0.0',
  ])('invalid: the address %j', async (address) =>
    expect(told(await create({ address }))).toBe('INVALID input.address'),
  );

  test.each([
    '224.0.0.1',
    '255.255.255.255',
    '::',
    'ff02::1',
    'a\0b',
    '\u001b[31m',
    'münchen.example',
    'x'.repeat(300),
  ])('invalid: the address %j', async (address) =>
    expect(told(await create({ address }))).toBe('INVALID input.address'),
  );

  test.each(['', ' ', 'a b', '-a', 'a/b', 'ä', '\u212a', 'a\0', '\u001b[31m', 'x'.repeat(254)])(
    'invalid: the name %j',
    async (name) => expect(told(await create({ name }))).toBe('INVALID input.name'),
  );

  test('replay: the same request makes one node', async () => {
    const token = await fleet.operator('manager');
    const input = { name: fleet.freshName(), requestId: 'one' };
    const first = await create(input, token);
    expect((await create(input, token)).node.id).toBe(first.node.id);
    expect(told(await create({ ...input, address: '192.0.2.30' }, token))).toBe('REQUEST_ID_REUSED input.requestId');
  });

  test('forbidden: who may not create, or has a token of another scope', async () => {
    const project = await server.project(await server.defaultDomainId());
    for (const token of [
      await fleet.operator('member'),
      (await server.token({ scope: project, role: 'admin' })).token,
      await server.agentToken(await server.agent(project)),
    ])
      expect(codeOf(await fleet.send('createNode', { name: fleet.freshName() }, token))).toBe('FORBIDDEN');
  });

  test('conflict: one node more than there may be', async () => {
    const small = await startTestServer({ settings: { nodesMax: 2 } });
    const { create } = fleetOf(small);
    await create();
    await create();
    expect(told(await create())).toBe('LIMIT_REACHED input');
    await small.close();
  }, 30_000);

  test('ok: with labels and tenants; none of them is any project, an empty list none', async () => {
    const { projectId: id } = await server.project(await server.defaultDomainId());
    const labels = [
      { key: 'admin.rack', value: '7' },
      { key: 'admin.os', value: 'Linux 6' },
    ];
    const { node } = await create({ labels, tenants: [{ id }, { id }] });
    expect(node).toMatchObject({ labels: labels.toReversed(), tenants: [{ id }] });
    expect((await create({ tenants: [] })).node.tenants).toEqual([]);
    expect((await create({})).node.tenants).toBeNull();
  });

  test('hidden: a tenant that does not exist', async () => {
    const tenants = [{ id: 'prj_01900000-0000-7000-8000-000000000000' }];
    const input = { name: fleet.freshName(), tenants };
    expect(codeOf(await fleet.send('createNode', input, await fleet.operator('manager')))).toBe('NOT_FOUND');
  });
});

describe('what operators say of a node', () => {
  const MANAGER = [
    ['updateNode', { description: 'another' }],
    ['setNodeAddress', { address: '198.51.100.7' }],
    ['setNodeTenants', { tenants: [] }],
    ['setNodeLeaseHolder', { user: null }],
    ['deleteNode', {}],
  ] as const;
  const MEMBER = [
    ['setNodeLabels', { add: [{ key: 'admin.rack', value: '7' }] }],
    ['setNodeAvailability', { availability: 'DRAIN' }],
  ] as const;

  test.each([...MANAGER, ...MEMBER])('stale: %s of a node that changed since', async (name, input) => {
    const { node } = await create({});
    await fleet.change('updateNode', node, { description: 'changed' });
    const answer = name === 'deleteNode' ? 'nodeId' : 'node { id }';
    const { body } = await fleet.send(
      name,
      { node: { id: node.id }, etag: node.etag, ...input },
      await fleet.operator('manager'),
      answer,
    );
    expect(told(body.data.told)).toBe('STALE_ETAG input.etag');
  });

  test.each(MANAGER)('forbidden: %s by a member', async (name, input) => {
    const { node } = await create({});
    const answer = name === 'deleteNode' ? 'nodeId' : 'node { id }';
    expect(codeOf(await fleet.change(name, node, input, await fleet.operator('member'), answer))).toBe('FORBIDDEN');
  });

  test.each(MEMBER)('ok: %s by a member, and forbidden by a reader', async (name, input) => {
    const { node } = await create({});
    expect(codeOf(await fleet.change(name, node, input, await fleet.operator('reader')))).toBe('FORBIDDEN');
    const { body } = await fleet.change(name, node, input, await fleet.operator('member'));
    expect(told(body.data.told)).toBeUndefined();
    expect(body.data.told.node.etag).not.toBe(node.etag);
  });

  test('ok: a name, a description and an address change, and are cleared', async () => {
    const { node } = await create({ description: 'a', address: 'a.example' });
    const name = fleet.freshName();
    await fleet.change('updateNode', node, { name: name.toUpperCase(), description: null });
    await fleet.change('setNodeAddress', node, { address: 'B.example' });
    expect(await fleet.node(node.id, 'name description address')).toEqual({
      name,
      description: null,
      address: 'b.example',
    });
    await fleet.change('setNodeAddress', node, { address: null });
    expect(await fleet.node(node.id, 'address')).toEqual({ address: null });
  });

  test('conflict: the address that another node has; a deleted one frees it', async () => {
    const { node: first } = await create({ address: '203.0.113.9' });
    const { node } = await create({});
    const take = async () =>
      told((await fleet.change('setNodeAddress', node, { address: '203.0.113.9' })).body.data.told);
    expect(await take()).toBe('ALREADY_EXISTS input.address');
    await fleet.change('deleteNode', first, {}, undefined, 'nodeId');
    expect(await take()).toBeUndefined();
  });

  test('ok: tenants are set, emptied and lifted; a project that goes leaves them', async () => {
    const { node } = await create({});
    const project = await server.project(await server.defaultDomainId());
    const set = async (tenants: object[] | null) => {
      await fleet.change('setNodeTenants', node, { tenants });
      return (await fleet.node(node.id, 'tenants { id }')).tenants;
    };
    expect(await set([{ id: project.projectId }])).toEqual([{ id: project.projectId }]);
    expect(await set([])).toEqual([]);
    expect(await set(null)).toBeNull();
    await set([{ id: project.projectId }]);
    const { token } = await server.token({ scope: { type: 'domain', domainId: project.domainId }, role: 'admin' });
    const read = await server.graphql(`{ project(ref: { id: "${project.projectId}" }) { etag } }`, {}, token);
    const input = { project: { id: project.projectId }, etag: read.body.data.project.etag };
    const { body } = await fleet.send('deleteProject', input, token, 'projectId');
    expect(told(body.data.told)).toBeUndefined();
    expect((await fleet.node(node.id, 'tenants { id }')).tenants).toEqual([]);
  });

  test('invalid: more tenants than a node has', async () => {
    const { node } = await create({});
    const tenants = Array.from({ length: 101 }, (_, n) => ({ name: `p${n}` }));
    expect(told((await fleet.change('setNodeTenants', node, { tenants })).body.data.told)).toBe(
      'LIMIT_REACHED input.tenants',
    );
  });

  test('audited: each change says what it was, and a change to the same is none', async () => {
    const { node } = await create({});
    await fleet.change('setNodeAvailability', node, { availability: 'ACTIVE' });
    await fleet.change('setNodeAvailability', node, { availability: 'ACTIVE' });
    const query = `{ auditEntries(filter: { targetIds: ["${node.id}"] }) { nodes { action targetType details domain { id } } } }`;
    const { body } = await server.graphql(query, {}, await fleet.operator('reader'));
    expect(body.data.auditEntries.nodes).toEqual([
      expect.objectContaining({
        action: 'NODE_AVAILABILITY_SET',
        targetType: 'NODE',
        domain: null,
        details: { name: node.name, from: 'PAUSE', to: 'ACTIVE' },
      }),
      expect.objectContaining({ action: 'NODE_CREATED' }),
    ]);
  });

  test('ok: a deleted node is gone; made again under its name it has nothing of the old one', async () => {
    const { node } = await create({
      address: '203.0.113.20',
      labels: [{ key: 'admin.rack', value: '7' }],
      tenants: [],
    });
    const { body } = await fleet.change('deleteNode', node, {}, undefined, 'nodeId');
    expect(body.data.told.nodeId).toBe(node.id);
    const again = (await create({ name: node.name })).node;
    expect(again).toMatchObject({ address: null, labels: [], tenants: null, availability: 'PAUSE' });
    expect(again.id).not.toBe(node.id);
  });
});

describe('a node and its agent', () => {
  const operators = async () => server.operatorsProject(await server.defaultDomainId());
  const adopt = async (agentId: string, token?: string) =>
    fleet.send(
      'createNode',
      { name: fleet.freshName(), agent: { id: agentId } },
      token ?? (await fleet.operator('manager')),
      'node { id origin agent { id state } etag conditions { type reason } }',
    );
  let project: Awaited<ReturnType<typeof operators>>;
  beforeAll(async () => {
    project = await operators();
  });

  test('ok: an agent of an operators’ project is adopted; it is PENDING, and reads its node at once', async () => {
    const agentId = await server.agent(project, { trustState: 'TRUSTED', record: { isLiving: true } });
    const token = await server.agentToken(agentId);
    const { node } = (await adopt(agentId)).body.data.told;
    expect(node).toMatchObject({ origin: 'ADOPTED', agent: { id: agentId, state: 'PENDING' } });
    expect(node.conditions).toContainEqual({ type: 'ATTESTED', reason: 'PENDING' });
    expect((await fleet.node(node.id, 'id', token)).id).toBe(node.id);
    expect(told((await adopt(agentId)).body.data.told)).toBe('ALREADY_EXISTS input.agent');
  });

  test('hidden: a tenant’s agent, and forbidden: a tenant that adopts its own', async () => {
    const tenant = await server.project(await server.defaultDomainId());
    const agentId = await server.agent(tenant, { trustState: 'TRUSTED', record: { isLiving: true } });
    expect(codeOf(await adopt(agentId))).toBe('NOT_FOUND');
    const { token } = await server.token({ scope: tenant, role: 'admin' });
    expect(codeOf(await adopt(agentId, token))).toBe('FORBIDDEN');
  });

  test('ok: deleting a node retires its agent, whose token ends', async () => {
    const agentId = await server.agent(project, { trustState: 'TRUSTED', record: { isLiving: true } });
    const token = await server.agentToken(agentId);
    const { node } = (await adopt(agentId)).body.data.told;
    const { body } = await fleet.change('deleteNode', node, {}, undefined, 'nodeId');
    expect(body.data.told.nodeId).toBe(node.id);
    expect(codeOf(await server.graphql('{ nodes { nodes { id } } }', {}, token))).toBe('UNAUTHENTICATED');
    const query = `{ agent(ref: { id: "${agentId}" }) { state } }`;
    const read = await server.graphql(query, {}, await fleet.operator('reader'));
    expect(read.body.data.agent.state).toBe('RETIRED');
  });

  test('ok: why trust was lost is told in nodes at once', async () => {
    const { node, agentId } = await fleet.machine({ trustState: 'FAILED' });
    const failure = (code: string) => ({ code, class: 'POLICY', severity: 'high', message: code }) as never;
    await server.services.db.insert(attestationResults).values(
      asIds({
        id: newId('AttestationResult'),
        agentId,
        domainId: '',
        projectId: '',
        verdict: 'REJECTED' as const,
        failures: [failure('NOT_IN_ALLOWLIST'), failure('PCR_MISMATCH'), failure('NOT_IN_ALLOWLIST')],
        counts: {} as never,
        stateAfter: 'FAILED' as const,
        receivedAt: new Date(),
      }),
    );
    const query = `{ nodes(filter: { trustStates: [FAILED] }) { nodes { id conditions { type status reason failureCodes message } } } }`;
    const { body } = await server.graphql(query, {}, await fleet.operator('reader'));
    const found = body.data.nodes.nodes.find(({ id }: Json) => id === node.id);
    expect(found.conditions).toContainEqual({
      type: 'ATTESTED',
      status: 'FALSE',
      reason: 'FAILED',
      failureCodes: ['NOT_IN_ALLOWLIST', 'PCR_MISMATCH'],
      message: 'Evidence was rejected. Last failures: NOT_IN_ALLOWLIST, PCR_MISMATCH.',
    });
  });
});

describe('Query.nodes', () => {
  const ids = async (filter: string, orderBy = ''): Promise<string[]> => {
    const query = `{ nodes(first: 200, filter: ${filter}${orderBy}) { nodes { id } totalCount } }`;
    const { body } = await server.graphql(query, {}, await fleet.operator('reader'));
    if (body.errors) return [body.errors[0].extensions.code];
    expect(body.data.nodes.totalCount).toBe(body.data.nodes.nodes.length);
    return body.data.nodes.nodes.map(({ id }: Json) => id);
  };

  test('ok: by names, addresses, availability, labels and trust, alone and together', async () => {
    const labels = [
      { key: 'admin.rack', value: '42' },
      { key: 'admin.row', value: 'c' },
    ];
    const { node: one } = await create({ name: 'filter-b', address: '192.0.2.201', availability: 'DRAIN', labels });
    const { node: two } = await create({ name: 'filter-a', availability: 'DRAIN', labels: labels.slice(0, 1) });
    const label = (n: number) => `{ key: "${labels[n]?.key}", value: "${labels[n]?.value}" }`;
    expect(await ids('{ nameStartsWith: "FILTER-" }')).toEqual([two.id, one.id]);
    expect(await ids('{ addresses: ["::ffff:192.0.2.201"] }')).toEqual([one.id]);
    expect(await ids(`{ labels: [${label(0)}] }`)).toEqual([one.id, two.id]);
    expect(await ids(`{ labels: [${label(0)}, ${label(1)}] }`)).toEqual([one.id]);
    expect(await ids(`{ labels: [${label(0)}], availabilities: [DRAIN], names: ["filter-a"] }`)).toEqual([two.id]);
    expect(await ids(`{ labels: [${label(0)}], trustStates: [PENDING] }`)).toEqual([]);
    const machine = await fleet.machine({ trustState: 'TRUSTED', trustedUntil: new Date(Date.now() - 1000) });
    expect(await ids('{ trustStates: [TRUSTED] }')).not.toContain(machine.node.id);
    expect(await ids('{ trustStates: [TRUSTED, STALE] }')).toContain(machine.node.id);
  });

  test.each(['trustStates: [FAILED]', 'labels: [{ key: "admin.a", value: "b" }]'])(
    'invalid: an order by name with %s, which no index has',
    async (filter) => {
      expect(await ids(`{ ${filter} }`, ', orderBy: { field: NAME }')).toEqual(['BAD_USER_INPUT']);
      expect(await ids(`{ ${filter}, nameStartsWith: "a" }`)).toEqual(['BAD_USER_INPUT']);
    },
  );
});

describe('who sees nodes', () => {
  test('ok: the agent of a node sees its own, and no other; nobody of projects and domains sees any', async () => {
    const { node, project, token } = await fleet.machine();
    const { node: other } = await create({});
    const seen = async (as: string) =>
      codeOf(await server.graphql('query ($id: ID!) { node(ref: { id: $id }) { id } }', { id: node.id }, as)) ?? 'yes';
    expect(await seen(token)).toBe('yes');
    const listed = await server.graphql('{ nodes { nodes { id } } }', {}, token);
    expect(listed.body.data.nodes.nodes).toEqual([{ id: node.id }]);
    expect(await fleet.node(other.id, 'id', token)).toBeNull();
    for (const scope of [project, { type: 'domain', domainId: project.domainId } as const])
      expect(await seen((await server.token({ scope, role: 'admin' })).token)).toBe('FORBIDDEN');
    const stranger = await server.agentToken(await server.agent(project));
    expect(await seen(stranger)).toBe('FORBIDDEN');
  });

  test('forbidden: an agent that changes its own node', async () => {
    const { node, token } = await fleet.machine();
    const { etag } = await fleet.node(node.id, 'etag');
    const own = { node: { id: node.id }, etag };
    for (const [name, input] of Object.entries({
      setNodeAddress: { address: '192.0.2.99' },
      setNodeLabels: { add: [{ key: 'admin.rack', value: '7' }] },
      setNodeAvailability: { availability: 'ACTIVE' },
      setNodeTenants: { tenants: null },
      setNodeLeaseHolder: { user: null },
    }))
      expect(codeOf(await fleet.send(name, { ...own, ...input }, token)), name).toBe('FORBIDDEN');
    expect(codeOf(await fleet.send('deleteNode', own, token, 'nodeId'))).toBe('FORBIDDEN');
  });
});

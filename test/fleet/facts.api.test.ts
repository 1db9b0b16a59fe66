import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeOf, startTestServer, type TestServer } from '../harness/server.js';
import { requestStatements } from '../harness/statements.js';
import { fleetOf, told } from './fleet.js';

const statements = requestStatements();
let server: TestServer;
let fleet: ReturnType<typeof fleetOf>;
let token: string;
let node: { id: string };
beforeAll(async () => {
  server = await startTestServer({ statements: statements.listener });
  fleet = fleetOf(server);
  ({ token, node } = await fleet.machine());
}, 60_000);
afterAll(() => server.close());

const FACTS = {
  os: 'Debian 13',
  kernel: '6.12.9',
  architecture: 'x86_64',
  cpus: 8,
  memoryBytes: 17_179_869_184,
  diskBytes: 5_000_000_000_000,
  addresses: ['192.0.2.1', '2001:db8::1'],
  bootedAt: '2026-01-01T00:00:00.000Z',
  agentVersion: '0.1.0',
};
const report = (input: object, as = token) => fleet.send('reportNodeFacts', input, as, 'lastReportedAt');
const mistake = async (input: object) => told((await report(input)).body.data.told);

describe('Mutation.reportNodeFacts', () => {
  test('ok: a machine’s own words are told as facts and as labels, each report in the place of the last', async () => {
    expect(await fleet.node(node.id, 'facts { os }')).toEqual({ facts: null });
    await report({
      ...FACTS,
      labels: [
        { key: 'reported.zone', value: 'b' },
        { key: 'reported.gpu', value: 'none' },
      ],
    });
    const fields = `facts { ${Object.keys(FACTS).join(' ')} lastReportedAt } labels { key value }`;
    const { facts, labels } = await fleet.node(node.id, fields);
    expect(facts).toEqual({ ...FACTS, lastReportedAt: expect.any(String) });
    expect(labels).toEqual([
      { key: 'reported.gpu', value: 'none' },
      { key: 'reported.zone', value: 'b' },
    ]);
    await report({ os: 'another' });
    expect(await fleet.node(node.id, 'facts { os cpus addresses } labels { key }')).toEqual({
      facts: { os: 'another', cpus: null, addresses: [] },
      labels: [],
    });
  });

  test('ok: routine: one statement writes it', async () => {
    await statements.restart(server);
    await report(FACTS);
    const own = statements.all();
    expect(own).toHaveLength(2);
    expect(own[1]).toMatch(/^with own as .* update "node_facts"/s);
  });

  test('ok: another machine’s address stays a fact: it is no address, and nobody is found by it', async () => {
    const { node: other } = await fleet.create({ address: '192.0.2.77' });
    await report({ addresses: ['192.0.2.77'] });
    expect(await fleet.node(node.id, 'address')).toEqual({ address: null });
    const query = '{ nodes(filter: { addresses: ["192.0.2.77"] }) { nodes { id } } }';
    const { body } = await server.graphql(query, {}, await fleet.operator('reader'));
    expect(body.data.nodes.nodes).toEqual([{ id: other.id }]);
  });

  test('invalid: a million facts are refused before they are looked at', async () => {
    const labels = Array.from({ length: 65 }, (_, n) => ({ key: `reported.l${n}`, value: 'x' }));
    expect(await mistake({ labels })).toBe('LIMIT_REACHED input.labels');
    const million = Array.from({ length: 1_000_000 }, () => 'x');
    const { status, body } = await report({ addresses: million });
    expect([status, body.errors[0].extensions]).toMatchObject([400, { bound: 'body' }]);
    expect(await mistake({ addresses: million.slice(0, 1001) })).toBe('LIMIT_REACHED input.addresses');
    const addresses = Array.from({ length: 65 }, (_, n) => `192.0.2.${n}`);
    expect(await mistake({ addresses })).toBe('LIMIT_REACHED input.addresses');
  });

  test.each(['a\0b', '\u001b]0;title\u0007', '\u001b[2J', 'a\u202eb', 'a\nb', '\ud800', 'x'.repeat(256)])(
    'invalid: the text %j',
    async (text) => {
      for (const field of ['os', 'kernel', 'architecture', 'agentVersion'])
        expect(await mistake({ [field]: text }), field).toBe(`INVALID input.${field}`);
      expect(await mistake({ addresses: [text] })).toBe('INVALID input.addresses.0');
      expect(await mistake({ labels: [{ key: 'reported.a', value: text }] })).toBe('INVALID input.labels.0.value');
    },
  );

  test.each([
    ['cpus', -1],
    ['cpus', 65_537],
    ['memoryBytes', -1],
    ['diskBytes', -1],
  ])('invalid: %s of %d', async (field, value) =>
    expect(await mistake({ [field]: value })).toBe(`INVALID input.${field}`),
  );

  test.each(['admin.rack', 'policy.tier', 'attested.ek', 'rack'])(
    'invalid: a machine that labels itself %s',
    async (key) => {
      expect(await mistake({ labels: [{ key, value: 'x' }] })).toBe('INVALID input.labels.0.key');
    },
  );

  test('invalid: nobody is found by what machines report', async () => {
    const query = '{ nodes(filter: { labels: [{ key: "reported.zone", value: "b" }] }) { nodes { id } } }';
    expect(codeOf(await server.graphql(query, {}, await fleet.operator('reader')))).toBe('BAD_USER_INPUT');
  });

  test('forbidden: who is no machine, and the agent of no node', async () => {
    expect(codeOf(await report({}, await fleet.operator('manager')))).toBe('FORBIDDEN');
    const stranger = await server.agentToken(await server.agent(await server.project(await server.defaultDomainId())));
    expect(codeOf(await report({}, stranger))).toBe('FORBIDDEN');
  });
});

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { fleetOf } from '../fleet/fleet.js';
import { startTestServer, type TestServer } from '../harness/server.js';
import { type Outcome, runCli } from './run-cli.js';

let server: TestServer;
let token: string;
let fleet: ReturnType<typeof fleetOf>;
beforeAll(async () => {
  server = await startTestServer();
  fleet = fleetOf(server);
  token = (await server.token({ scope: { type: 'system' }, role: 'manager' })).token;
}, 60_000);
afterAll(() => server.close());
beforeEach(() => {
  vi.stubEnv('BAILIWICK_SERVER', server.url);
  vi.stubEnv('BAILIWICK_HOME', '/nowhere');
  vi.stubEnv('BAILIWICK_TOKEN', token);
});
afterEach(() => vi.unstubAllEnvs());

const node = (...argv: string[]): Promise<Outcome> => runCli('node', ...argv);
const json = async (...argv: string[]) => JSON.parse((await node(...argv, '-o', 'json')).out);

describe('bailiwick node', () => {
  test('ok: a node is made, shown in each format, listed and deleted', async () => {
    const made = await node(
      'create',
      'Web-1',
      '--address',
      'web-1.example',
      '--label',
      'admin.rack=7',
      '--description',
      'x',
    );
    expect([made.code, made.err]).toEqual([0, '']);
    expect(made.out).toMatch(
      /^Name +web-1\nReady +NEVER_HEARD\nAttested +NO_AGENT\nAvailability +PAUSE\nAddress +web-1.example\n/,
    );
    expect((await node('list', '-o', 'wide')).out).toMatch(/TENANTS +LABELS/);
    expect((await node('list', '-o', 'name')).out).toBe('web-1\n');
    expect(await json('show', 'web-1')).toMatchObject({ name: 'web-1', labels: [{ key: 'admin.rack', value: '7' }] });
    expect((await node('list', '--label', 'admin.rack=7', '--no-ready', '--columns', 'name,labels')).out).toMatch(
      /^NAME +LABELS\nweb-1 +admin.rack=7\n$/,
    );
    expect((await node('list', '--ready')).out).toBe('');
    const asked = await node('delete', 'web-1');
    expect([asked.code, asked.err]).toEqual([2, expect.stringContaining('its agent is retired')]);
    expect((await node('delete', 'web-1', '--yes')).code).toBe(0);
    expect((await node('show', 'web-1')).code).toBe(4);
  });

  test('ok: labels, address, tenants, lease holder and availability are set and cleared', async () => {
    await node('create', 'web-2');
    await server.project(await server.domain('acme'), 'shop');
    const worker = await server.user(await server.defaultDomainId(), 'worker');
    await node('label', 'web-2', 'admin.rack=7', 'admin.row=c');
    await node('label', 'web-2', 'admin.rack=8', '--remove', 'admin.row');
    await node('address', 'web-2', '2001:DB8::7');
    await node('tenants', 'web-2', 'acme/shop');
    await node('lease-holder', 'web-2', 'default/worker');
    await node('drain', 'web-2');
    expect(await json('show', 'web-2')).toMatchObject({
      address: '2001:db8::7',
      availability: 'DRAIN',
      labels: [{ key: 'admin.rack', value: '8' }],
      leaseHolder: { id: worker },
      tenants: [{ name: 'shop' }],
    });
    await node('address', 'web-2');
    await node('tenants', 'web-2', '--none');
    await node('lease-holder', 'web-2');
    await node('resume', 'web-2');
    expect(await json('show', 'web-2')).toMatchObject({
      address: null,
      availability: 'ACTIVE',
      tenants: [],
      leaseHolder: null,
    });
    await node('tenants', 'web-2');
    expect(await json('pause', 'web-2')).toMatchObject({ tenants: null, availability: 'PAUSE' });
    expect((await node('update', 'web-2', '--name', 'web-3', '--description', 'y')).out).toMatch(/Name +web-3\n/);
  });

  test('ok: a node adopts an agent, and shows its trust', async () => {
    const project = await server.operatorsProject(await server.defaultDomainId());
    const agentId = await server.agent(project, { name: 'machine', record: { isLiving: true } });
    const adopted = await node('adopt', 'web-4', '--agent', agentId);
    expect([adopted.code, adopted.err]).toEqual([0, '']);
    expect(adopted.out).toMatch(/Attested +PENDING\n/);
    expect((await node('list', '--trust', 'pending', '-o', 'name')).out).toBe('web-4\n');
  });

  test('ok: an operator takes its machine from a node, once that was confirmed', async () => {
    const { node: made } = await fleet.machine();
    await node('label', made.name, 'admin.rack=7');
    await node('address', made.name, '192.0.2.9');
    const asked = await node('rejoin', made.name);
    expect([asked.code, asked.err]).toEqual([
      2,
      expect.stringContaining(`agent of the node ${made.name} goes for good`),
    ]);
    const taken = await node('rejoin', made.name, '--yes', '-o', 'json');
    expect([taken.code, taken.err]).toEqual([0, '']);
    expect(JSON.parse(taken.out)).toMatchObject({ id: made.id, agent: null, labels: [], address: null });
  });

  test('invalid: what the server refuses is told with the field, and what has no form before', async () => {
    await node('create', 'web-5');
    const label = await node('label', 'web-5', 'policy.tier=1');
    expect([label.code, label.err]).toEqual([
      1,
      expect.stringContaining('INVALID at add.0.key: Labels of the namespace policy'),
    ]);
    expect((await node('label', 'web-5', 'rack')).code).toBe(2);
    expect((await node('tenants', 'web-5', 'shop', '--none')).code).toBe(2);
    expect((await node('create', 'web-5')).err).toContain('ALREADY_EXISTS');
    expect((await node('adopt', 'web-6')).code).toBe(2);
  });

  test('ok: a machine’s words cannot control the terminal of who reads them', async () => {
    const { node: made, token: agent } = await fleet.machine();
    const input = { labels: [{ key: 'reported.zone', value: 'b' }], os: 'Debian 13', addresses: ['192.0.2.1'] };
    await fleet.send('reportNodeFacts', input, agent, 'lastReportedAt');
    const shown = await node('show', made.name);
    expect(shown.out).toMatch(/System +Debian 13\n/);
    expect(shown.out).toMatch(/Own addresses +192.0.2.1\n/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that there are none.
    expect(shown.out).not.toMatch(/[\u0000-\u0009\u001b]/);
  });
});

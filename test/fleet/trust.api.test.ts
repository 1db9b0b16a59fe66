import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Id } from '../../src/platform/ids.js';
import { sha256 } from '../attestation/ima/ima-log.js';
import { FILES, healthyMachine, type Machine } from '../attestation/verifier/machine.js';
import { eventually, type Watcher, watch } from '../events/watch.js';
import { codeOf, type Json, startTestServer, type TestServer } from '../harness/server.js';
import { attest, createList } from './attesting.js';
import { fleetOf } from './fleet.js';
import { joinWorld } from './join-world.js';

const NODES = `{ nodes(filter: { trustStates: [FAILED] }) {
  nodes { name conditions { type status reason failureCodes lastTransitionAt } } } }`;
const CHANGED = `subscription ($filter: NodeChangeFilter) {
  event: nodeChanged(filter: $filter) { condition status reason node { name conditions { type status } } } }`;

let server: TestServer;
let fleet: ReturnType<typeof fleetOf>;
let machine: Machine;
let token: string;
let agentId: Id<'Agent'>;
const watchers: Watcher[] = [];
beforeAll(async () => {
  // The jobs as often as by default.
  server = await startTestServer({ settings: { nodeConditionIntervalMs: 3000, leaseIntervalMs: 1000 } });
  fleet = fleetOf(server);
  const { projectId } = await server.operatorsProject(await server.defaultDomainId());
  const manager = await fleet.operator('manager');
  const world = joinWorld(server, manager, projectId);
  await createList(
    server,
    'fleet',
    FILES.map((path) => `${sha256(path).toString('hex')}  ${path}\n`).join(''),
    manager,
  );
  machine = healthyMachine({ seed: 81 });
  const joined = await world.joinToken({ nodeName: 'web', allowlist: { name: 'fleet' } });
  ({ agentId, token } = await world.join(joined.token, machine.tpm));
}, 60_000);
afterAll(async () => {
  for (const watcher of watchers) watcher.kill();
  await server.close();
});

const attested = (node: Json) => node?.conditions.find(({ type }: Json) => type === 'ATTESTED');
async function follow(bearer: string, filter: object = {}): Promise<Watcher> {
  const watcher = watch(server.url, bearer, CHANGED, { filter });
  watchers.push(watcher);
  await watcher.open();
  return watcher;
}

describe('a machine that fails attestation', () => {
  test('ok: a system-reader sees it in nodes in the same second, with its failure codes, without any job', async () => {
    const reader = await fleet.operator('reader');
    const name = (await attest(server, machine, token)).stateAfter;
    expect(name).toBe('TRUSTED');
    expect((await server.graphql(NODES, {}, reader)).body.data.nodes.nodes).toEqual([]);
    const other = await attest(server, healthyMachine({ seed: 82 }), token);
    const { body } = await server.graphql(NODES, {}, reader);
    expect(other.verdict).toBe('REJECTED');
    const [found] = body.data.nodes.nodes;
    expect(attested(found)).toMatchObject({ status: 'FALSE', reason: 'FAILED', failureCodes: ['SIGNATURE_INVALID'] });
    expect(Math.abs(Date.now() - Date.parse(attested(found).lastTransitionAt))).toBeLessThan(1000);
  });

  test('ok: streams tell it within five seconds, to a system-reader and to the machine, and to nobody of a tenant', async () => {
    const admin = await fleet.operator('admin');
    const { token: tenant } = await server.token({
      scope: await server.project(await server.defaultDomainId()),
      role: 'admin',
    });
    const reader = await follow(await fleet.operator('reader'), { conditions: ['ATTESTED'] });
    const own = await follow(token, { conditions: ['ATTESTED'] });
    const refused = await follow(tenant);
    await fleet.send('resetAgent', { agent: { id: agentId }, etag: await etagOf() }, admin, 'agent { id }');
    expect((await attest(server, machine, token)).stateAfter).toBe('TRUSTED');
    const begun = Date.now();
    const expected = [
      { condition: 'ATTESTED', status: 'UNKNOWN', reason: 'PENDING' },
      { condition: 'ATTESTED', status: 'TRUE', reason: 'TRUSTED' },
    ];
    // What happened before they followed may be told to them, too.
    const last = (watcher: Watcher) => watcher.events().slice(-2);
    const reasons = (watcher: Watcher) => last(watcher).map(({ reason }: Json) => reason);
    await eventually(() => [reader, own].every((one) => String(reasons(one)) === 'PENDING,TRUSTED'));
    expect(Date.now() - begun).toBeLessThan(5000);
    for (const watcher of [reader, own]) expect(last(watcher)).toMatchObject(expected);
    expect(refused.events()).toEqual([]);
    expect(codeOf(await server.graphql('{ nodes { nodes { id } } }', {}, tenant))).toBe('FORBIDDEN');
  });
});

describe('a machine that stops renewing its lease', () => {
  test('ok: streams tell it within five seconds of its end', async () => {
    const reader = await follow(await fleet.operator('reader'), { conditions: ['READY'] });
    const { body } = await fleet.send('renewNodeLease', {}, token, 'leasedUntil');
    const until = Date.parse(body.data.told.leasedUntil);
    await eventually(() => reader.events().at(-1)?.reason === 'LEASE_EXPIRED', 30_000);
    expect(reader.events().at(-1)).toMatchObject({ status: 'FALSE', node: { name: 'web' } });
    expect(Date.now()).toBeGreaterThanOrEqual(until);
    expect(Date.now() - until).toBeLessThan(5000);
  });
});

describe('a machine that leaves', () => {
  test('ok: streams tell that its node waits for another', async () => {
    const reader = await follow(await fleet.operator('reader'), { conditions: ['ATTESTED'] });
    await fleet.send('retireAgent', { agent: { id: agentId } }, token, 'agent { id }');
    await eventually(() => reader.events().at(-1)?.reason === 'NO_AGENT');
    expect(reader.events().at(-1)).toMatchObject({ status: 'UNKNOWN', node: { name: 'web' } });
  });
});

async function etagOf(): Promise<string> {
  const query = `{ agent(ref: { id: "${agentId}" }) { etag } }`;
  return (await server.graphql(query, {}, await fleet.operator('reader'))).body.data.agent.etag;
}

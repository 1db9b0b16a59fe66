import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { attestationRecords } from '../../src/attestation/records/tables.js';
import { auditEntries } from '../../src/audit/entries/tables.js';
import { joiningSweep, joinTokenSweep } from '../../src/fleet/join-tokens/index.js';
import { joinings } from '../../src/fleet/join-tokens/tables.js';
import { nodes } from '../../src/fleet/nodes/tables.js';
import { agents } from '../../src/identity/agents/tables.js';
import { standingClock } from '../harness/clock.js';
import { startTestServer, type TestServer } from '../harness/server.js';
import { codeOf, joinWorld, newTpm, REVOKE } from './join-world.js';

const HOUR_MS = 3_600_000;

const clock = standingClock();
let server: TestServer;
let world: ReturnType<typeof joinWorld>;
let manager: string;
let scope: Awaited<ReturnType<TestServer['project']>>;
beforeAll(async () => {
  server = await startTestServer({ clock });
  scope = await server.operatorsProject(await server.defaultDomainId());
  manager = (await server.token({ scope: { type: 'system' }, role: 'manager' })).token;
  world = joinWorld(server, manager, scope.projectId, () => clock.now());
});
afterAll(() => server.close());

const agentOf = async (name: string) =>
  (await server.services.db.select().from(agents).where(eq(agents.name, name)))[0];
const begun = async () => (await server.services.db.select().from(joinings)).length;

describe('a machine that joins', () => {
  test('ok: becomes the node that its token says, with an agent in the token’s project', async () => {
    const { id, token } = await world.joinToken({
      nodeName: 'DB-1',
      address: 'DB-1.example.org',
      availability: 'ACTIVE',
      tpmKind: 'VIRTUAL',
    });
    const { agentId, token: bearer } = await world.join(token);
    const node = await world.node('db-1');
    expect(node).toMatchObject({ address: 'db-1.example.org', origin: 'JOINED', availability: 'ACTIVE' });
    const agent = await agentOf('db-1');
    expect(agent).toMatchObject({ id: agentId, nodeId: node.id, projectId: scope.projectId, trustState: 'PENDING' });
    const own = await server.graphql('{ viewer { agent { id tpmKind } } nodes { nodes { name } } }', {}, bearer);
    expect(own.body.data).toEqual({
      viewer: { agent: { id: agentId, tpmKind: 'VIRTUAL' } },
      nodes: { nodes: [{ name: 'db-1' }] },
    });
    expect(await world.used(id)).toMatchObject({ state: 'USED_UP', usedCount: 1 });
  });

  test('audited: who made the token, which machine joined with it, and as what', async () => {
    const { id, token } = await world.joinToken({ nodeName: 'audited-1' });
    const { agentId } = await world.join(token);
    const rows = await server.services.db.select().from(auditEntries);
    const about = rows.filter(({ details }) => JSON.stringify(details).includes(id)).map(({ action }) => action);
    expect(about.sort()).toEqual(['agent.activated', 'agent.enrollment_begun', 'node.joined']);
    expect(rows.some(({ action, targetId }) => action === 'join_token.created' && targetId === id)).toBe(true);
    expect(JSON.stringify(rows)).not.toContain(token);
    expect(JSON.stringify(rows)).toContain(agentId);
  });

  test('ok: the server numbers the nodes of a pattern, and skips names that are taken', async () => {
    await server.graphql('mutation { createNode(input: { name: "web-2" }) { userErrors { code } } }', {}, manager);
    const { token } = await world.joinToken({ nodeName: 'Web-{n}', uses: 3 });
    for (let count = 0; count < 3; count += 1) await world.join(token);
    const made = await Promise.all(['web-1', 'web-2', 'web-3', 'web-4'].map(world.node));
    expect(made.map(({ name, origin, availability }) => [name, origin, availability])).toEqual([
      ['web-1', 'JOINED', 'PAUSE'],
      ['web-2', null, 'PAUSE'],
      ['web-3', 'JOINED', 'PAUSE'],
      ['web-4', 'JOINED', 'PAUSE'],
    ]);
  });

  test('ok: brings the machine of a node that waits; a use is spent when it has joined', async () => {
    const create = 'mutation { createNode(input: { name: "waiting", address: "10.0.0.7" }) { node { id } } }';
    await server.graphql(create, {}, manager);
    const { id, token } = await world.joinToken({ node: { name: 'waiting' }, availability: 'ACTIVE' });
    const [tpm, other] = [newTpm(), newTpm()];
    const first = await world.enroll(token, tpm);
    await world.enroll(token, other);
    expect(await world.used(id)).toMatchObject({ state: 'ACTIVE', usedCount: 0 });
    expect(await agentOf('waiting')).toBeUndefined();
    await world.activate(token, tpm, first);
    expect(await world.node('waiting')).toMatchObject({
      origin: 'JOINED',
      address: '10.0.0.7',
      availability: 'ACTIVE',
    });
    const again = await world.ask({ node: { name: 'waiting' } });
    expect(again.body.data.createJoinToken.userErrors).toMatchObject([{ code: 'INVALID', path: ['input', 'node'] }]);
  });

  test('ok: the same EK resumes the same joining, with another AK too; refused: the secret of before', async () => {
    const { id, token } = await world.joinToken({ nodeName: 'resumed' });
    const [tpm, other] = [newTpm(), newTpm()];
    const first = await world.enroll(token, tpm);
    const second = await world.enroll(token, tpm, other);
    const third = await world.enroll(token, tpm);
    const ids = [first, second, third].map(({ body }) => body.data.enrollAgent.agentId);
    expect(new Set(ids).size).toBe(1);
    expect(codeOf(await world.activate(token, tpm, first))).toBe('UNAUTHENTICATED');
    expect((await world.activate(token, tpm, third)).body.data.activateAgent.agentId).toBe(ids[0]);
    expect(await world.used(id)).toMatchObject({ usedCount: 1 });
  });

  test('refused: of two machines at once with one use left, one, and it leaves nothing', async () => {
    const { id, token } = await world.joinToken({ nodeName: 'once-{n}' });
    const tpms = [newTpm(), newTpm()];
    const before = await begun();
    const started = await Promise.all(tpms.map((tpm) => world.enroll(token, tpm)));
    const ended = await Promise.all(
      started.map((answer, index) => world.activate(token, tpms[index] ?? newTpm(), answer)),
    );
    expect(ended.map(codeOf).sort()).toEqual(['UNAUTHENTICATED', undefined].sort());
    expect(await world.used(id)).toMatchObject({ state: 'USED_UP', usedCount: 1 });
    expect(await begun()).toBe(before);
    const rows = await server.services.db.select().from(nodes);
    expect(rows.filter(({ name }) => name.startsWith('once-')).map(({ name }) => name)).toEqual(['once-1']);
    const keys = await server.services.db.select().from(attestationRecords);
    expect(
      keys.filter(({ agentId }) => started.some(({ body }) => body.data.enrollAgent.agentId === agentId)),
    ).toHaveLength(1);
  });
});

describe('a join token that does not count', () => {
  test('refused: used up, expired, revoked, of another server; all look alike', async () => {
    const [used, expired, revoked] = await Promise.all(
      ['a', 'b', 'c'].map((name) => world.joinToken({ nodeName: `gone-${name}` })),
    );
    if (!used || !expired || !revoked) throw new Error('no tokens');
    await world.join(used.token);
    await server.graphql(REVOKE, { id: revoked.id }, manager);
    const answers = [await world.enroll(used.token, newTpm()), await world.enroll(revoked.token, newTpm())];
    answers.push(await world.enroll(`bwj_${'A'.repeat(43)}`, newTpm()), await world.enroll('bwj_', newTpm()));
    const late = newTpm();
    const begunInTime = await world.enroll(expired.token, late);
    clock.time += 25 * HOUR_MS;
    manager = (await server.token({ scope: { type: 'system' }, role: 'manager' })).token;
    world = joinWorld(server, manager, scope.projectId, () => clock.now());
    answers.push(await world.enroll(expired.token, newTpm()));
    expect(new Set(answers.map(({ comparable }) => comparable)).size).toBe(1);
    expect(answers.map(codeOf)).toEqual(answers.map(() => 'UNAUTHENTICATED'));
    expect(codeOf(await world.activate(expired.token, late, begunInTime))).toBe('UNAUTHENTICATED');
  });

  test('refused: a machine that began before its token was revoked', async () => {
    const { id, token } = await world.joinToken({ nodeName: 'revoked' });
    const tpm = newTpm();
    const first = await world.enroll(token, tpm);
    await server.graphql(REVOKE, { id }, manager);
    expect(codeOf(await world.activate(token, tpm, first))).toBe('UNAUTHENTICATED');
    expect(await world.node('revoked')).toBeNull();
  });

  test('refused: the secret of a machine that began with another token', async () => {
    const [one, two] = [await world.joinToken({ nodeName: 'mixed-1' }), await world.joinToken({ nodeName: 'mixed-2' })];
    const tpm = newTpm();
    const first = await world.enroll(one.token, tpm);
    expect(codeOf(await world.activate(two.token, tpm, first))).toBe('UNAUTHENTICATED');
  });

  test('conflict: the same EK under two tokens joins once, and the other use stays', async () => {
    const [one, two] = [await world.joinToken({ nodeName: 'same-1' }), await world.joinToken({ nodeName: 'same-2' })];
    const tpm = newTpm();
    const [first, second] = [await world.enroll(one.token, tpm), await world.enroll(two.token, tpm)];
    await world.activate(one.token, tpm, first);
    expect(codeOf(await world.activate(two.token, tpm, second))).toBe('UNAUTHENTICATED');
    const later = await world.enroll(two.token, tpm);
    expect(later.body.data.enrollAgent.userErrors).toMatchObject([{ code: 'ALREADY_EXISTS' }]);
    expect(await world.used(two.id)).toMatchObject({ state: 'ACTIVE', usedCount: 0 });
    expect(await world.node('same-2')).toBeNull();
  });

  test('conflict: an operator took the name meanwhile, and the use stays', async () => {
    const { id, token } = await world.joinToken({ nodeName: 'contested' });
    await server.graphql('mutation { createNode(input: { name: "contested" }) { userErrors { code } } }', {}, manager);
    const tpm = newTpm();
    const answer = await world.activate(token, tpm, await world.enroll(token, tpm));
    expect(answer.body.data.activateAgent).toMatchObject({ token: null, userErrors: [{ code: 'ALREADY_EXISTS' }] });
    expect(await world.used(id)).toMatchObject({ usedCount: 0 });
    expect(await agentOf('contested')).toBeUndefined();
  });
});

describe('a machine whose key is banned, and one that leaves', () => {
  const OPERATE = (name: string) =>
    `mutation ($id: ID!) { ${name}(input: { agent: { id: $id } }) { agent { state } userErrors { code } } }`;

  test('refused: the EK of a banned agent, by another token, and after the agent was retired', async () => {
    const admin = (await server.token({ scope: { type: 'system' }, role: 'admin' })).token;
    const [one, two] = [await world.joinToken({ nodeName: 'ban-1' }), await world.joinToken({ nodeName: 'ban-2' })];
    const tpm = newTpm();
    const begunBefore = await world.enroll(two.token, tpm);
    const { agentId } = await world.join(one.token, tpm);
    await server.graphql(OPERATE('banAgent'), { id: agentId }, admin);
    await server.graphql(OPERATE('retireAgent'), { id: agentId }, admin);
    const refused = [await world.enroll(two.token, tpm), await world.activate(two.token, tpm, begunBefore)];
    expect(refused.map(codeOf)).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED']);
    const unknown = await world.enroll(`bwj_${'A'.repeat(43)}`, newTpm());
    expect(refused[0]?.comparable).toBe(unknown.comparable);
    expect(await world.used(two.id)).toMatchObject({ usedCount: 0 });
    const rows = await server.services.db.select().from(auditEntries);
    expect(
      rows.filter(({ action, outcome }) => action === 'agent.enrollment_refused' && outcome === 'DENIED'),
    ).not.toEqual([]);
  });

  test('ok: an agent retires itself, and its node waits for another machine', async () => {
    const { token } = await world.joinToken({ nodeName: 'leaving' });
    const tpm = newTpm();
    const { agentId, token: bearer } = await world.join(token, tpm);
    const left = await server.graphql(OPERATE('retireAgent'), { id: agentId }, bearer);
    expect(left.body.data.retireAgent).toMatchObject({ userErrors: [] });
    expect(codeOf(await server.graphql('{ viewer { kind } }', {}, bearer))).toBe('UNAUTHENTICATED');
    const again = await world.joinToken({ node: { name: 'leaving' } });
    const { agentId: next } = await world.join(again.token, tpm);
    expect(next).not.toBe(agentId);
    expect(await agentOf(`leaving.${next.slice(-12)}`)).toMatchObject({ id: next, trustState: 'PENDING' });
  });

  test('forbidden: an agent that FAILED leaves, or any agent retires another', async () => {
    const { token } = await world.joinToken({ nodeName: 'failed-{n}', uses: 2 });
    const [one, two] = [await world.join(token), await world.join(token)];
    expect(codeOf(await server.graphql(OPERATE('retireAgent'), { id: one.agentId }, two.token))).toBe('NOT_FOUND');
    await server.services.db.update(agents).set({ trustState: 'FAILED' }).where(eq(agents.id, one.agentId));
    expect(codeOf(await server.graphql(OPERATE('retireAgent'), { id: one.agentId }, one.token))).toBe('FORBIDDEN');
  });
});

describe('Mutation.createJoinToken', () => {
  test('ok: the list that it names, or else the project’s default, judges the machine', async () => {
    const list = async (name: string, token: string) => {
      const input = { name, imaPolicy: { content: `${'0'.repeat(64)}  /usr/bin/true\n` } };
      const create = 'mutation ($input: CreateAllowlistInput!) { createAllowlist(input: $input) { allowlist { id } } }';
      return (await server.graphql(create, { input }, token)).body.data.createAllowlist.allowlist.id as string;
    };
    const id = await list('of-the-system', manager);
    const { token } = await world.joinToken({ nodeName: 'judged', allowlist: { name: 'of-the-system' } });
    const { agentId } = await world.join(token);
    const [record] = await server.services.db
      .select()
      .from(attestationRecords)
      .where(eq(attestationRecords.agentId, agentId));
    expect(record?.allowlistId).toBe(id);
    const own = await list('of-the-project', (await server.token({ scope, role: 'admin' })).token);
    const refused = await world.ask({ nodeName: 'judged-too', allowlist: { id: own } });
    expect(refused.body.data.createJoinToken.userErrors).toMatchObject([
      { code: 'INVALID', path: ['input', 'allowlist'] },
    ]);
  });

  test('invalid: a project that is not the operators’', async () => {
    const { projectId: id } = await server.project(await server.defaultDomainId());
    const { body } = await world.ask({ nodeName: 'a', project: { id } });
    expect(body.data.createJoinToken.userErrors).toMatchObject([{ code: 'INVALID', path: ['input', 'project'] }]);
  });

  test('replay: the first token, without its secret', async () => {
    const input = { nodeName: 'replayed', requestId: 'r-1', expiresAt: world.inADay() };
    const [first, second] = [await world.ask(input), await world.ask(input)];
    expect(first.body.data.createJoinToken).toMatchObject({ alreadyIssued: false, token: /^bwj_/ });
    expect(second.body.data.createJoinToken).toMatchObject({ alreadyIssued: true, token: null });
    expect(second.body.data.createJoinToken.joinToken).toEqual(first.body.data.createJoinToken.joinToken);
  });

  test.each([
    ['nodeName', { nodeName: 'plain', uses: 2 }],
    ['nodeName', { nodeName: '{n}-{n}', uses: 2 }],
    ['nodeName', { nodeName: 'no spaces{n}', uses: 2 }],
    ['nodeName', { nodeName: `${'x'.repeat(245)}{n}`, uses: 2 }],
    ['nodeName', { nodeName: '\u001b[31m' }],
    ['nodeName', { nodeName: 'nul\0' }],
    ['nodeName', {}],
    ['nodeName', { nodeName: 'a', node: { name: 'b' } }],
    ['uses', { nodeName: 'a{n}', uses: 0 }],
    ['uses', { nodeName: 'a{n}', uses: 10_001 }],
    ['uses', { nodeName: 'a{n}', uses: 2, address: '10.0.0.1' }],
    ['address', { nodeName: 'a', address: 'not an address' }],
    ['expiresAt', { nodeName: 'a', expiresAt: '2020-01-01T00:00:00Z' }],
    ['expiresAt', { nodeName: 'a', expiresAt: '2099-01-01T00:00:00Z' }],
  ])('invalid: %s of %j', async (field, input) => {
    const { body } = await world.ask(input);
    expect(body.data.createJoinToken.userErrors).toMatchObject([{ code: 'INVALID', path: ['input', field] }]);
    expect(body.data.createJoinToken.token).toBeNull();
  });

  test('conflict: a name or an address that a node has', async () => {
    const create = 'mutation { createNode(input: { name: "there", address: "10.9.9.9" }) { userErrors { code } } }';
    await server.graphql(create, {}, manager);
    for (const input of [{ nodeName: 'There' }, { nodeName: 'elsewhere', address: '10.9.9.9' }]) {
      const { body } = await world.ask(input);
      expect(body.data.createJoinToken.userErrors).toMatchObject([{ code: 'ALREADY_EXISTS' }]);
    }
  });

  test('hidden: a project, a node or a list that is not there', async () => {
    const missing = [
      { project: { id: 'prj_00000000-0000-7000-8000-000000000000' }, nodeName: 'a' },
      { node: { name: 'nowhere' } },
      { nodeName: 'a', allowlist: { id: 'alw_00000000-0000-7000-8000-000000000000' } },
    ];
    for (const input of missing) expect(codeOf(await world.ask(input))).toBe('NOT_FOUND');
  });

  test('forbidden: for a tenant, whatever its role; anonymous: nothing', async () => {
    const tenant = (await server.token({ scope, role: 'admin' })).token;
    const reader = (await server.token({ scope: { type: 'system' }, role: 'member' })).token;
    for (const token of [tenant, reader]) expect(codeOf(await world.ask({ nodeName: 'a' }, token))).toBe('FORBIDDEN');
    expect(codeOf(await world.ask({ nodeName: 'a' }, ''))).toBe('UNAUTHENTICATED');
  });
});

test('ok: what machines left that did not go on is removed, and tokens after their retention', async () => {
  const { id, token } = await world.joinToken({ nodeName: 'abandoned' });
  await world.enroll(token, newTpm());
  const sweep = async (one: typeof joiningSweep) => {
    for (;;) if ((await one.removeSome(server.services, {})) === 0) return;
  };
  await sweep(joiningSweep);
  expect(await begun()).toBeGreaterThan(0);
  clock.time += 2 * HOUR_MS;
  await sweep(joiningSweep);
  expect(await begun()).toBe(0);
  clock.time += 72 * HOUR_MS;
  await sweep(joinTokenSweep);
  manager = (await server.token({ scope: { type: 'system' }, role: 'manager' })).token;
  expect(await joinWorld(server, manager, scope.projectId).used(id)).toBeUndefined();
});

import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { bumpEpoch } from '../../src/authority/index.js';
import { roleAssignments } from '../../src/identity/assignments/tables.js';
import { newId } from '../../src/platform/ids.js';
import { agentProject, type agentWorld } from '../attestation/agent-world.js';
import { healthyMachine } from '../attestation/verifier/machine.js';
import { fleetOf } from '../fleet/fleet.js';
import { joinWorld, newTpm } from '../fleet/join-world.js';
import { standingClock } from '../harness/clock.js';
import { asId } from '../harness/ids.js';
import { type Answer, basic, codeOf, type Json, startTestServer, type TestServer } from '../harness/server.js';
import { asking } from '../identity/asking.js';

const SECOND = 1000;
const DAY = 86_400_000;
/** Other than each other, so that one in place of another is seen. */
const LIFETIMES = {
  agentTokenLifetimeMs: 3 * DAY,
  enrollmentTokenLifetimeMs: 62_000,
  challengeLifetimeMs: 63_000,
  leaseIntervalMs: 64_000,
};
const ISSUE = `mutation ($input: IssueTokenInput!) { issueToken(input: $input) { token userErrors { code path } } }`;
const SUBMIT = `mutation ($input: SubmitEvidenceInput!) { submitEvidence(input: $input) {
  result { verdict failures { code } } userErrors { code } } }`;

const clock = standingClock();
let server: TestServer;
let ask: ReturnType<typeof asking>;
let fleet: ReturnType<typeof fleetOf>;
let world: ReturnType<typeof agentWorld>;
let list: string;
let scope: Awaited<ReturnType<typeof agentProject>>['scope'];
let count = 0;
beforeAll(async () => {
  server = await startTestServer({ clock, settings: LIFETIMES });
  ask = asking(server);
  fleet = fleetOf(server);
  ({ world, list, scope } = await agentProject(server));
}, 60_000);
afterAll(() => server.close());
beforeEach(() => {
  clock.time += 10 * DAY;
  count += 1;
});

const later = (ms: number) => new Date(clock.time + ms);
/** Of somebody whose token does not end in between. */
const lasting = async (more: Parameters<TestServer['token']>[0]) =>
  (await server.token({ ...more, expiresAt: later(9 * DAY) })).token;
const admin = () => lasting({ scope, role: 'admin' });

/** Something that ends or begins, and what is answered about it. */
interface Moment {
  readonly at: Date;
  readonly told: () => Promise<unknown>;
}

async function credential(): Promise<Moment & { readonly shown: { readonly id: string; readonly key: string } }> {
  const at = later(SECOND);
  const input = { name: `key-${newId('Token')}`, expiresAt: at };
  const { made } = await ask.send('createApiCredential', 'apiCredential { id } key', input, await admin());
  const shown = { id: made.apiCredential.id, key: made.key };
  return { at, shown, told: async () => (await server.graphql('{ viewer { kind } }', {}, basic(shown))).status };
}

const proves = async (proof: object) => codeOf(await server.graphql(ISSUE, { input: { proof } })) ?? 'ok';

/** A role of a reader on a fresh project, in force between these moments. */
async function role(times: { readonly notBefore?: Date; readonly expiresAt?: Date }) {
  const { domainId, projectId } = await server.project(scope.domainId);
  const on = { type: 'project', domainId, projectId } as const;
  const userId = await server.user(domainId);
  const token = await lasting({ scope: on, userId });
  const id = await server.give({ userId, roleId: await server.roleId('reader'), domainId, projectId });
  await server.services.db
    .update(roleAssignments)
    .set(times)
    .where(eq(roleAssignments.id, asId(id)));
  await server.services.db.transaction(bumpEpoch);
  return {
    on,
    userId,
    told: async () => (await server.graphql('{ viewer { roles } }', {}, token)).body.data.viewer.roles,
  };
}

async function trusted(read: string, found: (data: Json, id: string) => unknown): Promise<Moment> {
  const project = await server.project(scope.domainId);
  const at = later(SECOND);
  const id = await server.agent(project, { trustState: 'TRUSTED', trustedUntil: at, record: {} });
  const token = await lasting({ scope: project, role: 'reader' });
  const query = read.replaceAll('$id', JSON.stringify(id));
  return { at, told: async () => found((await server.graphql(query, {}, token)).body.data, id) };
}

/** An agent whose enrollment has begun, with the secret that only its TPM can open. */
async function begun(seed: number) {
  const { made } = await ask.send('createAgent', 'enrollmentToken', { name: newId('Agent') }, await admin());
  const { tpm } = healthyMachine({ seed });
  const keys = { endorsementKey: tpm.ekPublic.toString('base64'), attestationKey: tpm.akPublic.toString('base64') };
  const { enrollmentToken } = made;
  const at = later(LIFETIMES.enrollmentTokenLifetimeMs);
  const enroll = () => ask.send('enrollAgent', 'credentialBlob encryptedSecret', { enrollmentToken, ...keys });
  return { at, enrollmentToken, tpm, enroll };
}

const ofSystem = () => lasting({ scope: { type: 'system' }, role: 'manager' });

/** A join token that ends in a second, and a machine that would join with it. */
async function joining() {
  const { projectId } = await server.operatorsProject(scope.domainId);
  const at = later(SECOND);
  const world = joinWorld(server, await ofSystem(), projectId, () => clock.now());
  const { token } = await world.joinToken({ nodeName: fleet.freshName(), expiresAt: at });
  const tpm = newTpm();
  return { at, enroll: () => world.enroll(token, tpm), activate: (begun: Answer) => world.activate(token, tpm, begun) };
}

const machine = async () =>
  world.enrolled(healthyMachine({ seed: 3000 + count++ }), newId('Agent'), list, await admin());

/** What holds until a moment, by what is told one millisecond before it and at it. */
const MOMENTS: Readonly<Record<string, { readonly make: () => Promise<Moment>; readonly told: [unknown, unknown] }>> = {
  'a token': {
    told: [200, 401],
    make: async () => {
      const at = later(SECOND);
      const { token } = await server.token({ scope: { type: 'unscoped' }, expiresAt: at });
      return { at, told: async () => (await server.graphql('{ viewer { kind } }', {}, token)).status };
    },
  },
  'a token as a proof': {
    told: ['ok', 'UNAUTHENTICATED'],
    make: async () => {
      const at = later(SECOND);
      const { token } = await server.token({ scope: { type: 'unscoped' }, expiresAt: at });
      return { at, told: () => proves({ token }) };
    },
  },
  'a session among one’s own': {
    told: [2, 1],
    make: async () => {
      const at = later(SECOND);
      const { userId } = await server.token({ scope: { type: 'unscoped' }, expiresAt: at });
      const token = await lasting({ scope: { type: 'unscoped' }, userId });
      const told = async () => (await server.graphql('{ tokens { nodes { id } } }', {}, token)).body.data.tokens.nodes;
      return { at, told: async () => (await told()).length };
    },
  },
  'an API credential': { told: [200, 401], make: credential },
  'an API credential as a proof': {
    told: ['ok', 'UNAUTHENTICATED'],
    make: async () => {
      const { at, shown } = await credential();
      return { at, told: () => proves({ credential: shown }) };
    },
  },
  'a role that ends': {
    told: [['reader'], []],
    make: async () => {
      const at = later(SECOND);
      return { at, told: (await role({ expiresAt: at })).told };
    },
  },
  'a role that begins': {
    told: [[], ['reader']],
    make: async () => {
      const at = later(SECOND);
      return { at, told: (await role({ notBefore: at })).told };
    },
  },
  'a role that ended and is granted again': {
    told: ['ALREADY_EXISTS', 'ok'],
    make: async () => {
      const at = later(SECOND);
      const { on, userId } = await role({ expiresAt: at });
      const token = await lasting({ scope: { type: 'domain', domainId: on.domainId }, role: 'admin' });
      const input = { user: { id: userId }, role: { name: 'reader' }, scope: { project: { id: on.projectId } } };
      const told = async () =>
        (await ask.send('grantRole', '__typename', input, token)).errors[0]?.split(' ')[0] ?? 'ok';
      return { at, told };
    },
  },
  'the trust of an agent': {
    told: ['TRUSTED', 'STALE'],
    make: () => trusted('{ agent(ref: { id: $id }) { state } }', (data) => data.agent.state),
  },
  // STALE alone finds what the job has stored, some seconds later: the schema says so, and `records.api` shows it.
  'the trust of an agent, in a filter': {
    told: [
      [1, 1],
      [0, 1],
    ],
    make: () =>
      trusted(
        '{ trusted: agents(filter: { states: [TRUSTED] }) { nodes { id } } either: agents(filter: { states: [TRUSTED, STALE] }) { nodes { id } } }',
        (data) => [data.trusted.nodes.length, data.either.nodes.length],
      ),
  },
  'the trust of an agent, in the counts': {
    told: [[{ state: 'TRUSTED', count: 1 }], [{ state: 'STALE', count: 1 }]],
    make: () =>
      trusted('{ agentCounts { byState { state count } } }', (data) =>
        data.agentCounts.byState.filter((one: Json) => one.count > 0),
      ),
  },
  'the lease of a node': {
    told: ['TRUE', 'FALSE'],
    make: async () => {
      const { node, token } = await fleet.machine();
      await fleet.send('renewNodeLease', {}, token, 'leasedUntil');
      const at = later(3 * LIFETIMES.leaseIntervalMs);
      const told = async () => {
        const { conditions } = await fleet.node(node.id, 'conditions { type status }', await ofSystem());
        return conditions.find((one: Json) => one.type === 'READY').status;
      };
      return { at, told };
    },
  },
  'a join token, to begin': {
    told: ['ok', 'UNAUTHENTICATED'],
    make: async () => {
      const { at, enroll } = await joining();
      return { at, told: async () => codeOf(await enroll()) ?? 'ok' };
    },
  },
  'a join token, to end with': {
    told: ['ok', 'UNAUTHENTICATED'],
    make: async () => {
      const { at, enroll, activate } = await joining();
      const begun = await enroll();
      return { at, told: async () => codeOf(await activate(begun)) ?? 'ok' };
    },
  },
  'an enrollment token, to begin': {
    told: ['ok', 'UNAUTHENTICATED'],
    make: async () => {
      const { at, enroll } = await begun(2000 + count++);
      return { at, told: async () => (await enroll()).code ?? 'ok' };
    },
  },
  'an enrollment token, to end with': {
    told: ['ok', 'UNAUTHENTICATED'],
    make: async () => {
      const { at, enroll, enrollmentToken, tpm } = await begun(2000 + count++);
      const { made } = await enroll();
      const secret = tpm.activateCredential({
        credentialBlob: Buffer.from(made.credentialBlob, 'base64'),
        encryptedSecret: Buffer.from(made.encryptedSecret, 'base64'),
      });
      const input = { enrollmentToken, secret: secret.toString('base64') };
      return { at, told: async () => (await ask.send('activateAgent', '__typename', input)).code ?? 'ok' };
    },
  },
  'a challenge': {
    told: [['ACCEPTED'], ['REJECTED', 'CHALLENGE_EXPIRED']],
    make: async () => {
      const agent = await machine();
      const at = later(LIFETIMES.challengeLifetimeMs);
      const input = { ...(await world.quoted(agent)), imaLog: agent.machine.log() };
      const told = async () => {
        const { result } = await world.done(SUBMIT, input, agent.token);
        return [result.verdict, ...result.failures.map((one: Json) => one.code)];
      };
      return { at, told };
    },
  },
  'a nonce to log in with': {
    told: ['ok', 'UNAUTHENTICATED'],
    make: async () => {
      const { id: agentId, machine: one } = await machine();
      const at = later(LIFETIMES.challengeLifetimeMs);
      const { made } = await ask.send('logInAgent', 'challenge { nonce }', { agentId });
      const signed = one.tpm.quote({ nonce: Buffer.from(made.challenge.nonce, 'base64'), pcrs: [0] });
      const [message, signature] = [signed.message.toString('base64'), signed.signature.toString('base64')];
      const input = { agentId, quote: { message, signature, pcrs: signed.pcrs } };
      return { at, told: async () => (await ask.send('logInAgent', 'token', input)).code ?? 'ok' };
    },
  },
  'an upload': {
    told: [204, 404],
    make: async () => {
      const bytes = Buffer.from('bytes');
      const token = await admin();
      const { path } = await world.announce(bytes, token);
      return { at: later(3_600_000), told: () => world.put(path, bytes, token) };
    },
  },
};

describe('until a moment, and from it on', () => {
  test.each(Object.entries(MOMENTS))('same: %s', async (_name, { make, told }) => {
    for (const [index, offset] of [-1, 0].entries()) {
      const moment = await make();
      clock.time = moment.at.getTime() + offset;
      expect(await moment.told(), `${offset} ms`).toEqual(told[index]);
    }
  });
});

describe('what a moment may be', () => {
  const isTaken = async (mutation: string, input: object, token?: string) =>
    (await ask.send(mutation, '__typename', input, token)).errors.length === 0;

  test('invalid: an API credential that has ended, or lasts longer than a year', async () => {
    const token = await admin();
    const made = (ms: number) => isTaken('createApiCredential', { name: newId('Token'), expiresAt: later(ms) }, token);
    const year = 366 * DAY;
    expect([await made(0), await made(1), await made(year), await made(year + 1)]).toEqual([false, true, true, false]);
  });

  test('invalid: a role that has ended, or that ends when it begins', async () => {
    const token = await lasting({ scope: { type: 'domain', domainId: scope.domainId }, role: 'admin' });
    const granted = async (times: object) => {
      const user = { id: await server.user(scope.domainId) };
      const input = { user, role: { name: 'reader' }, scope: { domain: { id: scope.domainId } }, ...times };
      return isTaken('grantRole', input, token);
    };
    expect([await granted({ expiresAt: later(0) }), await granted({ expiresAt: later(1) })]).toEqual([false, true]);
    const notBefore = later(SECOND);
    expect(await granted({ notBefore, expiresAt: notBefore })).toBe(false);
    expect(await granted({ notBefore, expiresAt: later(SECOND + 1) })).toBe(true);
  });

  test('invalid: a token for longer than a day; ok: for a day, from now on', async () => {
    const { token } = await server.token({ scope: { type: 'unscoped' }, expiresAt: later(9 * DAY) });
    const asked = (lifetime: string) => isTaken('issueToken', { proof: { token }, lifetime });
    expect([await asked('PT86400S'), await asked('PT86401S')]).toEqual([true, false]);
  });

  test('ok: audit entries since a moment are those of it too, and until it those before', async () => {
    const { token, domainId } = await ask.tenant('admin');
    await ask.send('createGroup', '__typename', { name: 'noted' }, token);
    const read = async (filter: object) => {
      const query = 'query ($filter: AuditEntryFilter) { auditEntries(filter: $filter) { nodes { action } } }';
      const { body } = await server.graphql(query, { filter: { domainIds: [domainId], ...filter } }, token);
      return body.data.auditEntries.nodes.length;
    };
    expect([await read({ since: later(0) }), await read({ since: later(1) })]).toEqual([1, 0]);
    expect([await read({ until: later(0) }), await read({ until: later(1) })]).toEqual([0, 1]);
  });
});

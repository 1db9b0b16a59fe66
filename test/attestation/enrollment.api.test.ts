import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { auditEntries } from '../../src/audit/entries/tables.js';
import { createSoftwareTpm, type SoftwareTpm } from '../fakes/software-tpm.js';
import { standingClock } from '../harness/clock.js';
import { type Answer, codeOf, type Json, startTestServer, type TestServer } from '../harness/server.js';
import { agentWorld } from './agent-world.js';

const CREATE = `mutation ($input: CreateAgentInput!) {
  createAgent(input: $input) { agent { id } enrollmentToken userErrors { message } } }`;
const ENROLL = `mutation ($input: EnrollAgentInput!) {
  enrollAgent(input: $input) { credentialBlob encryptedSecret userErrors { code path } } }`;
const ACTIVATE = `mutation ($input: ActivateAgentInput!) {
  activateAgent(input: $input) { token expiresAt userErrors { code } } }`;
const BAN = `mutation ($id: ID!) { banAgent(input: { agent: { id: $id } }) { userErrors { code } } }`;

/** As the test server has them. */
const LIFETIME_MS = 600_000;
const TOKEN_MS = 600_000;

const clock = standingClock();
let server: TestServer;
let admin: string;
let enrollmentToken: string;
let agentId: string;
let scope: Awaited<ReturnType<TestServer['project']>>;
let count = 0;
beforeAll(async () => {
  server = await startTestServer({ clock });
  scope = await server.project(await server.defaultDomainId());
  admin = (await server.token({ scope, role: 'admin' })).token;
});
beforeEach(async () => {
  const made = await agentWorld(server).done(CREATE, { name: `machine-${++count}` }, admin);
  enrollmentToken = made.enrollmentToken;
  agentId = made.agent.id;
});
afterAll(() => server.close());

const enroll = (ek: SoftwareTpm, ak: SoftwareTpm): Promise<Answer> => {
  const keys = { endorsementKey: ek.ekPublic.toString('base64'), attestationKey: ak.akPublic.toString('base64') };
  return server.graphql(ENROLL, { input: { enrollmentToken, ...keys } });
};
/** Ends the enrollment with what the TPM makes of a credential. */
const activate = (tpm: SoftwareTpm, { body }: Answer): Promise<Answer> => {
  const { credentialBlob, encryptedSecret } = body.data.enrollAgent;
  const secret = tpm.activateCredential({
    credentialBlob: Buffer.from(credentialBlob, 'base64'),
    encryptedSecret: Buffer.from(encryptedSecret, 'base64'),
  });
  return server.graphql(ACTIVATE, { input: { enrollmentToken, secret: secret.toString('base64') } });
};

describe('an enrollment that goes on', () => {
  test('invalid: with another EK than it was begun with, which takes nothing from the first', async () => {
    const [own, other] = [101, 102].map((seed) => createSoftwareTpm({ key: 'ecc', seed })) as [
      SoftwareTpm,
      SoftwareTpm,
    ];
    const begun = await enroll(own, own);
    const refused = await enroll(other, other);
    expect(refused.body.data.enrollAgent).toEqual({
      credentialBlob: null,
      encryptedSecret: null,
      userErrors: [{ code: 'INVALID', path: ['input', 'endorsementKey'] }],
    });
    expect((await activate(own, begun)).body.data.activateAgent.token).toMatch(/^bwt_/);
  });

  test('ok: with the same EK and another AK; refused: the secret of before', async () => {
    const [own, other] = [103, 104].map((seed) => createSoftwareTpm({ key: 'ecc', seed })) as [
      SoftwareTpm,
      SoftwareTpm,
    ];
    const first = await enroll(own, own);
    const again = await enroll(own, other);
    expect(again.body.data.enrollAgent.userErrors).toEqual([]);
    expect(codeOf(await activate(own, first))).toBe('UNAUTHENTICATED');
  });
});

describe('an enrollment token', () => {
  const tpm = createSoftwareTpm({ key: 'ecc', seed: 105 });

  test('ok: until its last millisecond; refused: from then on, also where the enrollment was begun before', async () => {
    const begun = await enroll(tpm, tpm);
    clock.time += LIFETIME_MS;
    expect(codeOf(await activate(tpm, begun))).toBe('UNAUTHENTICATED');
    expect(codeOf(await enroll(tpm, tpm))).toBe('UNAUTHENTICATED');
    clock.time -= 1;
    expect((await activate(tpm, begun)).body.data.activateAgent.token).toMatch(/^bwt_/);
  });

  test('refused: with a secret that is no base64, none, or another; it still counts with the right one', async () => {
    const own = createSoftwareTpm({ key: 'ecc', seed: 108 });
    const begun = await enroll(own, own);
    for (const secret of ['!', '', 'AAAA', Buffer.alloc(32).toString('base64'), 'A'.repeat(10_000)]) {
      const answer = await server.graphql(ACTIVATE, { input: { enrollmentToken, secret } });
      expect([answer.body.data.activateAgent, codeOf(answer)]).toEqual([null, 'UNAUTHENTICATED']);
    }
    expect((await activate(own, begun)).body.data.activateAgent).toMatchObject({
      token: expect.stringMatching(/^bwt_/),
      expiresAt: new Date(clock.time + TOKEN_MS).toISOString(),
    });
  });

  test('refused: of an agent that was banned meanwhile, to begin with and to end', async () => {
    const own = createSoftwareTpm({ key: 'ecc', seed: 109 });
    const begun = await enroll(own, own);
    expect((await server.graphql(BAN, { id: agentId }, admin)).body.data.banAgent.userErrors).toEqual([]);
    expect(codeOf(await activate(own, begun))).toBe('UNAUTHENTICATED');
    expect(codeOf(await enroll(own, own))).toBe('UNAUTHENTICATED');
  });

  test('audited: what it does is in the log of the agent’s project', async () => {
    const own = createSoftwareTpm({ key: 'ecc', seed: 110 });
    await activate(own, await enroll(own, own));
    const entries = await server.services.db.select().from(auditEntries).where(eq(auditEntries.targetId, agentId));
    const places = entries.map(({ action, domainId, projectId }) => ({ action, domainId, projectId }));
    const { domainId, projectId } = scope;
    expect(places).toEqual(
      ['agent.created', 'agent.enrollment_begun', 'agent.activated'].map((action) => ({ action, domainId, projectId })),
    );
  });

  test('hidden: neither it nor the agent’s token is in the audit log', async () => {
    const own = createSoftwareTpm({ key: 'ecc', seed: 106 });
    const { token } = (await activate(own, await enroll(own, own))).body.data.activateAgent;
    const entries = JSON.stringify(await server.services.db.select().from(auditEntries));
    expect(entries).toContain('agent.enrollment_begun');
    for (const secret of [enrollmentToken, token]) expect(entries).not.toContain(secret.slice(4));
  });
});

test('conflict: the attestation key of another agent, with another endorsement key', async () => {
  const [own, other] = [111, 112].map((seed) => createSoftwareTpm({ key: 'ecc', seed })) as [SoftwareTpm, SoftwareTpm];
  await activate(own, await enroll(own, own));
  const made = await agentWorld(server).done(CREATE, { name: `second-${count}` }, admin);
  enrollmentToken = made.enrollmentToken;
  const { userErrors } = (await enroll(other, own)).body.data.enrollAgent;
  expect(userErrors).toEqual([{ code: 'ALREADY_EXISTS', path: ['input', 'endorsementKey'] }]);
  expect((await enroll(other, other)).body.data.enrollAgent.userErrors).toEqual([]);
});

describe('keys', () => {
  const tpm = createSoftwareTpm({ key: 'ecc', seed: 107 });
  const EK = tpm.ekPublic.toString('base64');
  const AK = tpm.akPublic.toString('base64');

  // Each key is good, but not for this.
  test.each([
    ['an endorsement key in place of an attestation key', { endorsementKey: EK, attestationKey: EK }, 'attestationKey'],
    ['an attestation key in place of an endorsement key', { endorsementKey: AK, attestationKey: AK }, 'endorsementKey'],
    ['what is no base64', { endorsementKey: EK, attestationKey: '!' }, 'attestationKey'],
    ['half of a key', { endorsementKey: EK.slice(0, 24), attestationKey: AK }, 'endorsementKey'],
    ['no key', { endorsementKey: EK, attestationKey: '' }, 'attestationKey'],
  ])('invalid: %s, and the enrollment begins afterwards', async (_, keys, field) => {
    const { body } = await server.graphql(ENROLL, { input: { enrollmentToken, ...keys } });
    const { userErrors, ...nothing } = body.data.enrollAgent;
    expect(nothing).toEqual({ credentialBlob: null, encryptedSecret: null });
    expect(new Set(userErrors.map(({ code, path }: Json) => [code, ...path].join(' ')))).toEqual(
      new Set([`INVALID input ${field}`]),
    );
    const own = createSoftwareTpm({ key: 'ecc', seed: 200 + count });
    expect((await activate(own, await enroll(own, own))).body.data.activateAgent.token).toMatch(/^bwt_/);
  });
});

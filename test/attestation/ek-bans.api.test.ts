import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ekBans } from '../../src/attestation/bans/tables.js';
import { retireForNode } from '../../src/attestation/lifecycle/index.js';
import { retiredAgentSweep } from '../../src/attestation/lifecycle/retired.js';
import { attestationRecords } from '../../src/attestation/records/tables.js';
import { auditEntries } from '../../src/audit/entries/tables.js';
import { mutate } from '../../src/authority/index.js';
import { agents } from '../../src/identity/agents/tables.js';
import { newId } from '../../src/platform/ids.js';
import { createSoftwareTpm, type SoftwareTpm } from '../fakes/software-tpm.js';
import { standingClock } from '../harness/clock.js';
import { contextOf } from '../harness/context.js';
import { asId } from '../harness/ids.js';
import { type Answer, codeOf, startTestServer, type TestServer } from '../harness/server.js';
import { asking } from '../identity/asking.js';

const clock = standingClock();
let server: TestServer;
let ask: ReturnType<typeof asking>;
let scope: Awaited<ReturnType<TestServer['operatorsProject']>>;
let other: Awaited<ReturnType<TestServer['project']>>;
/** Administrators of an operators' project, of another tenant's project, and of the system. */
let admin: string;
let foreign: string;
let system: string;
let tpm: SoftwareTpm;
let seed = 800;
beforeAll(async () => {
  server = await startTestServer({ clock });
  ask = asking(server);
  scope = await server.operatorsProject(await server.domain());
  other = await server.project(await server.domain());
}, 60_000);
beforeEach(async () => {
  admin = (await server.token({ scope, role: 'admin' })).token;
  foreign = (await server.token({ scope: other, role: 'admin' })).token;
  system = (await server.token({ scope: { type: 'system' }, role: 'admin' })).token;
  seed += 1;
  tpm = createSoftwareTpm({ key: 'ecc', seed });
});
afterAll(() => server.close());

const ENROLL = `mutation ($input: EnrollAgentInput!) {
  enrollAgent(input: $input) { credentialBlob encryptedSecret userErrors { code path } } }`;
const ACTIVATE = `mutation ($input: ActivateAgentInput!) {
  activateAgent(input: $input) { token userErrors { code } } }`;

/** A fresh agent of a project, and its enrollment token. */
async function create(by = admin): Promise<{ id: string; enrollmentToken: string }> {
  const made = await ask.send('createAgent', 'agent { id } enrollmentToken', { name: newId('Agent') }, by);
  return { id: made.made.agent.id, enrollmentToken: made.made.enrollmentToken };
}
const enroll = (enrollmentToken: string, by = tpm): Promise<Answer> => {
  const keys = { endorsementKey: by.ekPublic.toString('base64'), attestationKey: by.akPublic.toString('base64') };
  return server.graphql(ENROLL, { input: { enrollmentToken, ...keys } });
};
const activate = (enrollmentToken: string, { body }: Answer): Promise<Answer> => {
  const { credentialBlob, encryptedSecret } = body.data.enrollAgent;
  const secret = tpm.activateCredential({
    credentialBlob: Buffer.from(credentialBlob, 'base64'),
    encryptedSecret: Buffer.from(encryptedSecret, 'base64'),
  });
  return server.graphql(ACTIVATE, { input: { enrollmentToken, secret: secret.toString('base64') } });
};
/** An agent with this story's TPM. */
async function enrolled(by = admin): Promise<string> {
  const { id, enrollmentToken } = await create(by);
  const answer = await activate(enrollmentToken, await enroll(enrollmentToken));
  expect(answer.body.data.activateAgent.token).toMatch(/^bwt_/);
  return id;
}
const operate = (operation: string, id: string, by = admin) =>
  ask.send(operation, 'agent { state }', { agent: { id } }, by);
/** Whether the TPM comes in by a new token of a project. */
const comesIn = async (by = foreign) => codeOf(await enroll((await create(by)).enrollmentToken)) ?? 'ok';
const fingerprintOf = async (id: string) => {
  const { agentId, ekFingerprint } = attestationRecords;
  const [row] = await server.services.db
    .select({ ekFingerprint })
    .from(attestationRecords)
    .where(eq(agentId, asId(id)));
  return row?.ekFingerprint ?? '';
};
const unbanKey = (fingerprint: string, by = system) =>
  ask.send('unbanEndorsementKey', 'fingerprint', { fingerprint, reason: 'it was sold' }, by);

describe('a banned TPM with a new token', () => {
  test('refused: of another tenant, exactly as a wrong token is, and the audit log says why', async () => {
    const id = await enrolled();
    await operate('banAgent', id);
    const { enrollmentToken, id: next } = await create(foreign);
    const refused = await enroll(enrollmentToken);
    expect(codeOf(refused)).toBe('UNAUTHENTICATED');
    expect(refused.comparable).toBe((await enroll(`${enrollmentToken.slice(0, -1)}x`)).comparable);
    const { action, targetId, details, outcome, domainId } = auditEntries;
    const entries = await server.services.db
      .select({ details, outcome, domainId })
      .from(auditEntries)
      .where(eq(action, 'agent.enrollment_refused'));
    expect(entries).toEqual([
      {
        outcome: 'DENIED',
        domainId: other.domainId,
        details: { ek: await fingerprintOf(id), reason: 'the endorsement key is banned' },
      },
    ]);
    const about = await server.services.db.select({ action }).from(auditEntries).where(eq(targetId, next));
    expect(about.map((entry) => entry.action)).toEqual(['agent.created', 'agent.enrollment_refused']);
    const record = { ekFingerprint: attestationRecords.ekFingerprint };
    const [kept] = await server.services.db
      .select(record)
      .from(attestationRecords)
      .where(eq(attestationRecords.agentId, asId(next)));
    expect(kept).toEqual({ ekFingerprint: null });
    // The token is not spent: another machine comes in by it.
    expect(codeOf(await enroll(enrollmentToken, createSoftwareTpm({ key: 'ecc', seed: seed + 500 })))).toBeUndefined();
  });

  test('refused: also when its agent was retired, and when that was removed', async () => {
    const id = await enrolled();
    await operate('banAgent', id);
    await operate('retireAgent', id);
    expect(await comesIn()).toBe('UNAUTHENTICATED');
    expect(await comesIn(admin)).toBe('UNAUTHENTICATED');
    clock.time += server.services.settings.retiredAgentRetentionMs + 1;
    while ((await retiredAgentSweep.removeSome(server.services, {})) > 0);
    [admin, foreign] = [
      (await server.token({ scope, role: 'admin' })).token,
      (await server.token({ scope: other, role: 'admin' })).token,
    ];
    expect(codeOf(await server.graphql('query ($id: ID!) { agent(ref: { id: $id }) { id } }', { id }, admin))).toBe(
      'NOT_FOUND',
    );
    expect(await comesIn()).toBe('UNAUTHENTICATED');
  });

  test('refused: at its activation, when it was banned after it began', async () => {
    const { enrollmentToken } = await create(foreign);
    const begun = await enroll(enrollmentToken);
    const id = await enrolled();
    await operate('banAgent', id);
    await operate('retireAgent', id);
    const late = await activate(enrollmentToken, begun);
    expect(codeOf(late)).toBe('UNAUTHENTICATED');
  });

  test('ok: a replica of the release before banned the agent alone: its retirement keeps the ban', async () => {
    const id = await enrolled();
    await server.services.db
      .update(agents)
      .set({ trustState: 'BANNED' })
      .where(eq(agents.id, asId(id)));
    await operate('retireAgent', id);
    expect(await comesIn()).toBe('UNAUTHENTICATED');
  });
});

describe('who lifts a ban', () => {
  test('ok: unbanAgent and resetAgent do, of an agent that is banned', async () => {
    for (const operation of ['unbanAgent', 'resetAgent']) {
      seed += 1;
      tpm = createSoftwareTpm({ key: 'ecc', seed });
      const id = await enrolled();
      await operate('banAgent', id);
      expect((await operate(operation, id)).made.agent.state).toBe('PENDING');
      await operate('retireAgent', id);
      expect(await comesIn()).toBe('ok');
    }
  });

  test('ok: unbanAgent does of a retired agent, which stays retired; invalid: when there is none to lift', async () => {
    const id = await enrolled();
    await operate('banAgent', id);
    await operate('retireAgent', id);
    const done = await operate('unbanAgent', id);
    expect(done.made.agent.state).toBe('RETIRED');
    expect(await ask.entriesOf(done.requestId)).toMatchObject([{ action: 'AGENT_UNBANNED' }]);
    expect(await comesIn()).toBe('ok');
    expect((await operate('unbanAgent', id)).errors).toEqual([
      'INVALID agent: An agent that is RETIRED cannot be unbanned.',
    ]);
  });

  test('forbidden: a tenant lifts no ban that the system set of a node’s agent, even when it is no node’s any more', async () => {
    const id = await enrolled();
    await server.services.db
      .update(agents)
      .set({ nodeId: newId('Node') })
      .where(eq(agents.id, asId(id)));
    expect((await operate('banAgent', id)).code).toBe('FORBIDDEN');
    expect((await operate('banAgent', id, system)).made.agent.state).toBe('BANNED');
    await mutate(await contextOf(server, system), { policy: 'agent:retire' }, async (act) => {
      await act.changeRights();
      await retireForNode(act, asId(id));
    });
    expect((await operate('unbanAgent', id)).code).toBe('FORBIDDEN');
    expect(await comesIn()).toBe('UNAUTHENTICATED');
    expect((await operate('unbanAgent', id, system)).made.agent.state).toBe('RETIRED');
    expect(await comesIn()).toBe('ok');
  });

  test('ok: an administrator of the system does when the agent is gone; invalid: while it is banned', async () => {
    const id = await enrolled(foreign);
    await operate('banAgent', id, foreign);
    const fingerprint = await fingerprintOf(id);
    expect((await unbanKey(fingerprint)).errors).toEqual([
      `INVALID fingerprint: The agent ${id} is still banned: unban it.`,
    ]);
    await operate('retireAgent', id, foreign);
    expect((await unbanKey(fingerprint, admin)).code).toBe('FORBIDDEN');
    const manager = (await server.token({ scope: { type: 'system' }, role: 'manager' })).token;
    expect((await unbanKey(fingerprint, manager)).code).toBe('FORBIDDEN');
    const done = await unbanKey(fingerprint);
    expect(done.made.fingerprint).toBe(fingerprint);
    expect(await ask.entriesOf(done.requestId)).toMatchObject([
      { action: 'ENDORSEMENT_KEY_UNBANNED', details: { ek: fingerprint, reason: 'it was sold' } },
    ]);
    expect((await unbanKey(fingerprint)).code).toBe('NOT_FOUND');
    expect(await comesIn()).toBe('ok');
  });

  test('invalid: what is no fingerprint', async () => {
    for (const text of ['', 'A'.repeat(64), '\0'.repeat(64)])
      expect((await unbanKey(text)).errors).toEqual(['INVALID fingerprint: A fingerprint has 64 hexadecimal digits.']);
  });
});

describe('a ban of an agent that only named a key', () => {
  test('ok: bans no machine: whoever enrolls agents cannot shut out the machines of others', async () => {
    const { id, enrollmentToken } = await create(foreign);
    await enroll(enrollmentToken);
    await operate('banAgent', id, foreign);
    expect(
      await server.services.db
        .select()
        .from(ekBans)
        .where(eq(ekBans.agentId, asId(id))),
    ).toEqual([]);
    await operate('retireAgent', id, foreign);
    expect(await comesIn(admin)).toBe('ok');
  });
});

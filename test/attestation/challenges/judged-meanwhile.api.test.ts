import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { submitEvidence } from '../../../src/attestation/challenges/submit.js';
import { attestationRecords } from '../../../src/attestation/records/tables.js';
import { setTrust } from '../../../src/identity/agents/index.js';
import { contextOf } from '../../harness/context.js';
import { asId } from '../../harness/ids.js';
import { type Json, startTestServer, type TestServer } from '../../harness/server.js';
import { SUBMIT } from '../agent-world.js';
import { CONTENT, judgedWorld, Meanwhile, type Story } from './judged-while.js';

const PUBLISH = `mutation ($input: PublishAllowlistRevisionInput!) {
  publishAllowlistRevision(input: $input) { allowlist { id } userErrors { code message } } }`;
const BIND = `mutation ($input: BindAllowlistInput!) {
  bindAllowlist(input: $input) { agent { id } userErrors { code } } }`;
const SET = `mutation ($input: SetPolicyOverridesInput!) {
  setPolicyOverrides(input: $input) { revision { number } userErrors { message } } }`;
const REVOKE = 'mutation ($input: RevokeTokenInput!) { revokeToken(input: $input) { tokenId userErrors { code } } }';
const UPDATE = 'mutation ($input: UpdateAgentInput!) { updateAgent(input: $input) { userErrors { code message } } }';
const BAN = 'mutation ($input: BanAgentInput!) { banAgent(input: $input) { agent { state } userErrors { code } } }';

let server: TestServer;
let world: ReturnType<typeof judgedWorld>['world'];
let list: ReturnType<typeof judgedWorld>['list'];
let enrolled: ReturnType<typeof judgedWorld>['enrolled'];
let judgedWhile: ReturnType<typeof judgedWorld>['judgedWhile'];
let admin: string;
beforeAll(async () => {
  server = await startTestServer();
  const scope = await server.project(await server.defaultDomainId());
  admin = (await server.token({ scope, role: 'admin' })).token;
  ({ world, list, enrolled, judgedWhile } = judgedWorld(server, admin));
});
afterAll(() => server.close());

/** Another process records other evidence for the challenge. */
async function answered({ id, attestationId }: Story): Promise<void> {
  await server.services.db
    .update(attestationRecords)
    .set({
      challengeNumber: sql`challenge_number + 1`,
      answeredChallenge: attestationId,
      answeredEvidence: 'another',
    })
    .where(eq(attestationRecords.agentId, asId(id)));
}

const rejected = (code: string) => ({ verdict: 'REJECTED', codes: [code], state: 'PENDING' });

describe('Mutation.submitEvidence', () => {
  test('ok: nothing happens while it judges', async () => {
    expect(await judgedWhile(async () => {})).toEqual({ verdict: 'ACCEPTED', codes: [], state: 'TRUSTED' });
  });

  test('refused: other evidence of the same machine while it judges', async () => {
    const quote = { message: '', signature: '', pcrs: '{}' };
    let other: Json;
    const outcome = await judgedWhile(async ({ token, attestationId }) => {
      other = (await server.graphql(SUBMIT, { input: { attestationId, quote } }, token)).body;
    });
    expect(other.errors[0]).toMatchObject({
      message: expect.stringContaining('still verifying earlier evidence'),
      extensions: { code: 'RATE_LIMITED' },
    });
    expect(outcome).toEqual({ verdict: 'ACCEPTED', codes: [], state: 'TRUSTED' });
  });

  test('ok: another challenge is open beside it by then, which it makes void', async () => {
    let other: Json;
    const outcome = await judgedWhile(async (story) => {
      other = { ...(await world.quoted(story)), imaLog: story.machine.log(), token: story.token };
    });
    expect(outcome).toEqual({ verdict: 'ACCEPTED', codes: [], state: 'TRUSTED' });
    const { token, ...input } = other;
    const { result } = await world.done(SUBMIT, input, token);
    expect(result).toMatchObject({ verdict: 'REJECTED', failures: [{ code: 'CHALLENGE_EXPIRED' }] });
  });

  test('stale: a challenge that an operator’s reset made void while it judges', async () => {
    const reset = ({ id }: Story) =>
      server.services.db
        .update(attestationRecords)
        .set({ challengeNumber: sql`challenge_number + 1` })
        .where(eq(attestationRecords.agentId, asId(id)));
    expect(await judgedWhile(reset)).toEqual(rejected('CHALLENGE_EXPIRED'));
  });

  test('stale: a challenge that other evidence was judged for in another process', async () => {
    expect(await judgedWhile(answered)).toEqual(rejected('CHALLENGE_USED'));
  });

  test('stale: a list of which another revision is in force by then', async () => {
    const outcome = await judgedWhile(({ list: { id, etag } }) => {
      const input = { allowlist: { id }, etag, imaPolicy: { content: `${'0'.repeat(64)}  /opt/other\n` } };
      return world.done(PUBLISH, input, admin);
    });
    expect(outcome).toEqual(rejected('CHALLENGE_OUTDATED'));
  });

  test('stale: an agent that another list, or none, is bound to by then', async () => {
    for (const other of [await list('#\n'.concat(CONTENT)), null]) {
      const allowlist = other && { id: other.id };
      const outcome = await judgedWhile(({ id }) => world.done(BIND, { agent: { id }, allowlist }, admin));
      expect(outcome).toEqual(rejected('CHALLENGE_OUTDATED'));
    }
  });

  test('refused: an agent that was banned while it judges', async () => {
    const outcome = await judgedWhile(({ id }) => world.done(BAN, { agent: { id } }, admin));
    expect(outcome).toMatchObject({ code: 'UNAUTHENTICATED', reason: 'AGENT_BANNED', state: 'BANNED' });
  });

  test('ok: an agent that failed while it judges stays so, whatever earlier evidence shows', async () => {
    const outcome = await judgedWhile(({ id }) =>
      server.services.db.transaction((tx) => setTrust(tx, asId(id), 'FAILED', null)),
    );
    expect(outcome).toEqual({ verdict: 'ACCEPTED', codes: [], state: 'FAILED' });
  });
});

describe('Mutation.submitEvidence, of a machine that is trusted', () => {
  const TRUSTED = { isTrusted: true };
  const accepted = { verdict: 'ACCEPTED', codes: [], state: 'TRUSTED', results: 1 };

  test('ok: nothing happens while it judges, and nothing is audited', async () => {
    expect(await judgedWhile(async () => {}, TRUSTED)).toEqual({ ...accepted, audited: [] });
  });

  test('refused: an agent that was banned while it judges', async () => {
    const outcome = await judgedWhile(({ id }) => world.done(BAN, { agent: { id } }, admin), TRUSTED);
    expect(outcome).toMatchObject({ code: 'UNAUTHENTICATED', reason: 'AGENT_BANNED', state: 'BANNED' });
    expect(outcome).toMatchObject({ results: 0, audited: [] });
  });

  test('audited: an agent that failed while it judges stays so', async () => {
    const fail = ({ id }: Story) => server.services.db.transaction((tx) => setTrust(tx, asId(id), 'FAILED', null));
    const outcome = await judgedWhile(fail, TRUSTED);
    expect(outcome).toEqual({ ...accepted, state: 'FAILED', audited: ['attestation.accepted'] });
  });

  test('audited: an agent whose trust ran out while it judges is trusted anew', async () => {
    const end = ({ id }: Story) =>
      server.services.db.transaction((tx) => setTrust(tx, asId(id), 'TRUSTED', new Date(0)));
    expect(await judgedWhile(end, TRUSTED)).toEqual({ ...accepted, audited: ['attestation.accepted'] });
  });

  test('refused: a token that was revoked while it judges', async () => {
    const revoke = ({ token }: Story) => world.done(REVOKE, {}, token);
    const outcome = await judgedWhile(revoke, TRUSTED);
    expect(outcome).toMatchObject({ code: 'UNAUTHENTICATED', state: 'TRUSTED', results: 0, audited: [] });
  });

  test('forbidden: by policies that were changed while it judges', async () => {
    const system = (await server.token({ scope: { type: 'system' }, role: 'admin' })).token;
    const override = async (overrides: readonly object[]) => {
      const { body } = await server.graphql('{ policyRevision { number } }', {}, system);
      await world.done(SET, { overrides, baseRevision: body.data.policyRevision.number }, system);
    };
    const outcome = await judgedWhile(() => override([{ name: 'attestation:submit', check: '!' }]), TRUSTED);
    await override([]);
    expect(outcome).toMatchObject({ code: 'FORBIDDEN', state: 'TRUSTED', results: 0, audited: [] });
  });

  test('stale: a list of which another revision is in force by then', async () => {
    const publish = ({ list: { id, etag } }: Story) => {
      const input = { allowlist: { id }, etag, imaPolicy: { content: `${'0'.repeat(64)}  /opt/other\n` } };
      return world.done(PUBLISH, input, admin);
    };
    const outcome = await judgedWhile(publish, TRUSTED);
    expect(outcome).toMatchObject({ codes: ['CHALLENGE_OUTDATED'], audited: ['attestation.rejected'] });
  });

  test('stale: another list that is bound by then, also one with the same content', async () => {
    const other = await list(CONTENT);
    const bind = ({ id }: Story) => world.done(BIND, { agent: { id }, allowlist: { id: other.id } }, admin);
    const outcome = await judgedWhile(bind, TRUSTED);
    expect(outcome).toMatchObject({ codes: ['CHALLENGE_OUTDATED'], audited: ['attestation.rejected'] });
  });

  test('ok: a machine that is renamed while it judges, and rights that change for others', async () => {
    const rename = async ({ id }: Story) => {
      const { body } = await server.graphql('query ($id: ID!) { agent(ref: { id: $id }) { etag } }', { id }, admin);
      await world.done(UPDATE, { agent: { id }, etag: body.data.agent.etag, name: `renamed-${id}` }, admin);
    };
    const grant = async () => server.token({ scope: { type: 'system' }, role: 'reader' });
    for (const happens of [rename, grant])
      expect(await judgedWhile(happens, TRUSTED)).toEqual({ ...accepted, audited: [] });
  });

  test('audited: a challenge that other evidence was judged for in another process', async () => {
    const outcome = await judgedWhile(answered, TRUSTED);
    expect(outcome).toMatchObject({ codes: ['CHALLENGE_USED'], state: 'TRUSTED', audited: ['attestation.rejected'] });
  });
});

describe('Mutation.submitEvidence, of what another process judges at the same time', () => {
  /** A second copy of the module: it knows nothing of what is under way in the first. */
  async function inAnotherProcess(): Promise<typeof submitEvidence> {
    const path = '../../../src/attestation/challenges/submit.js?another-process';
    return ((await import(path)) as { submitEvidence: typeof submitEvidence }).submitEvidence;
  }

  test.each([false, true])('once: the same evidence (of a trusted machine: %s)', async (isTrusted) => {
    const agent = await enrolled({ isTrusted, listId: (await list()).id });
    const input = { ...(await world.quoted(agent)), imaLog: agent.machine.log() };
    const verified: string[] = [];
    const own = await contextOf(server, agent.token);
    const context = { ...own, meter: { ...own.meter, verified: (verdict: string) => verified.push(verdict) } };
    let first: Json;
    const meanwhile = new Meanwhile(async () => {
      first = await (await inAnotherProcess())(context, input);
    });
    const second = await submitEvidence({ ...context, memory: meanwhile }, input);
    expect(second.result.id).toBe(first.result.id);
    expect(verified).toEqual(['ACCEPTED']);
  });
});

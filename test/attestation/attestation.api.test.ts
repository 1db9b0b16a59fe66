import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { attestationRecords } from '../../src/attestation/records/tables.js';
import { trustTransitions } from '../../src/attestation/transitions/index.js';
import { events } from '../../src/events/index.js';
import { agents } from '../../src/identity/agents/tables.js';
import { newId } from '../../src/platform/ids.js';
import { asId, asIds } from '../harness/ids.js';
import {
  codeOf,
  type Json,
  type RoleName,
  startTestServer,
  type TestScope,
  type TestServer,
} from '../harness/server.js';
import { requestStatements } from '../harness/statements.js';
import { logLine, sha256 } from './ima/ima-log.js';
import { FILES, healthyMachine, type Machine } from './verifier/machine.js';

const CREATE_LIST = `mutation ($input: CreateAllowlistInput!) {
  createAllowlist(input: $input) { allowlist { id etag } userErrors { code path message } } }`;
const CREATE_AGENT = `mutation ($input: CreateAgentInput!) {
  createAgent(input: $input) { agent { id } enrollmentToken userErrors { code message } } }`;
const ENROLL = `mutation ($input: EnrollAgentInput!) {
  enrollAgent(input: $input) { agentId credentialBlob encryptedSecret userErrors { code message } } }`;
const ACTIVATE = `mutation ($input: ActivateAgentInput!) {
  activateAgent(input: $input) { agentId token userErrors { code } } }`;
const BEGIN = `mutation { beginAttestation { challenge { attestationId nonce pcrs imaOffset needsImaLog } } }`;
const SUBMIT = `mutation ($input: SubmitEvidenceInput!) {
  submitEvidence(input: $input) {
    result { id verdict failures { code path class severity } stateAfter }
    agent { state acceptedCount rejectedCount } userErrors { code } } }`;
const AGENT = 'query ($id: ID!) { agent(ref: { id: $id }) { id state etag } }';
const ALLOWLIST = 'query ($id: ID!) { allowlist(ref: { id: $id }) { id etag } }';

const statements = requestStatements();
let server: TestServer;
let project: { type: 'project'; domainId: string; projectId: string };
let admin: string;
beforeAll(async () => {
  server = await startTestServer({ statements: statements.listener });
  project = await server.project(await server.defaultDomainId());
  admin = await tokenOf(project, 'admin');
}, 60_000);
afterAll(() => server.close());

const tokenOf = async (scope: TestScope, role: RoleName) => (await server.token({ scope, role })).token;
const lines = (paths: readonly string[]) => paths.map((path) => `${sha256(path).toString('hex')}  ${path}\n`).join('');
const readsContent = (statement: string) => statement.includes('content_chunks');
let count = 0;
const fresh = (name: string) => `${name}-${++count}`;

/** The payload of a mutation that must not fail. */
async function done(query: string, input: object | undefined, token?: string): Promise<Json> {
  const { body } = await server.graphql(query, input && { input }, token);
  expect(body.errors).toBeUndefined();
  return Object.values(body.data)[0];
}

async function createList(content = lines(FILES), token = admin): Promise<{ id: string; etag: string }> {
  const made = await done(CREATE_LIST, { name: fresh('list'), imaPolicy: { content, excludes: ['/tmp/'] } }, token);
  expect(made.userErrors).toEqual([]);
  return made.allowlist;
}

/** A machine whose agent is created, enrolled and activated. */
async function enrolled(machine: Machine, allowlistId?: string) {
  const { agent, enrollmentToken } = await done(
    CREATE_AGENT,
    { name: fresh('machine'), allowlist: allowlistId && { id: allowlistId } },
    admin,
  );
  const { ekPublic, akPublic } = machine.tpm;
  const keys = { endorsementKey: ekPublic.toString('base64'), attestationKey: akPublic.toString('base64') };
  const credential = await done(ENROLL, { enrollmentToken, ...keys });
  const secret = machine.tpm.activateCredential({
    credentialBlob: Buffer.from(credential.credentialBlob, 'base64'),
    encryptedSecret: Buffer.from(credential.encryptedSecret, 'base64'),
  });
  const { token } = await done(ACTIVATE, { enrollmentToken, secret: secret.toString('base64') });
  return { id: agent.id as string, token: token as string };
}

/** @param ahead What stands in the log behind what the TPM accounts for. */
async function attest(machine: Machine, token: string, ahead = ''): Promise<Json> {
  const { challenge } = await done(BEGIN, undefined, token);
  const quote = machine.tpm.quote({ nonce: Buffer.from(challenge.nonce, 'base64'), pcrs: challenge.pcrs });
  const input = {
    attestationId: challenge.attestationId,
    quote: {
      message: quote.message.toString('base64'),
      signature: quote.signature.toString('base64'),
      pcrs: quote.pcrs,
    },
    imaLog: machine.log(challenge.imaOffset) + ahead,
    imaOffset: challenge.imaOffset,
  };
  return { ...(await done(SUBMIT, input, token)), input };
}

describe('a machine', () => {
  test('ok: it enrols, is trusted, fails on a file that is not listed, and is trusted again after a reset', async () => {
    const machine = healthyMachine({ seed: 1 });
    const { id, token } = await enrolled(machine, (await createList()).id);
    const first = await attest(machine, token);
    expect(first).toMatchObject({ result: { verdict: 'ACCEPTED', failures: [] }, agent: { state: 'TRUSTED' } });
    const again = await done(SUBMIT, first.input, token);
    expect(again.result.id).toBe(first.result.id);

    machine.measure('/usr/bin/implant');
    const second = await attest(machine, token);
    expect(second).toMatchObject({
      result: { verdict: 'REJECTED', failures: [{ path: '/usr/bin/implant', class: 'POLICY' }], stateAfter: 'FAILED' },
      agent: { state: 'FAILED', acceptedCount: 1, rejectedCount: 1 },
    });

    const reset = 'mutation ($input: ResetAgentInput!) { resetAgent(input: $input) { agent { state } } }';
    const member = await tokenOf(project, 'member');
    const refused = await server.graphql(reset, { input: { agent: { id } } }, member);
    expect(codeOf(refused)).toBe('FORBIDDEN');
    expect((await done(reset, { agent: { id } }, admin)).agent.state).toBe('PENDING');
    machine.reboot().measure(...FILES);
    const third = await attest(machine, token);
    expect(third.agent.state).toBe('TRUSTED');
    // Accepted while it is trusted already: nothing changed that anybody would have to be told.
    expect((await attest(machine, token)).agent.state).toBe('TRUSTED');
    await server.services.placer.committed();
    const told = await server.services.db.select().from(events).where(eq(events.objectId, id)).orderBy(events.position);
    const states = ['CREATED', 'PENDING', 'TRUSTED', 'FAILED', 'PENDING', 'TRUSTED'];
    expect(told.flatMap(({ type, details }) => (type === 'agent.trust_changed' ? [details] : []))).toEqual(
      states.slice(1).map((to, index) => ({ from: states[index], to })),
    );
    const kept = await server.services.db
      .select()
      .from(trustTransitions)
      .where(eq(trustTransitions.agentId, asId(id)))
      .orderBy(trustTransitions.id);
    expect(kept.map(({ fromState, toState }) => [fromState, toState])).toEqual(
      states.slice(1).map((to, index) => [states[index], to]),
    );
    expect(kept.map(({ cause, actorKind, resultId }) => [cause, actorKind, resultId])).toEqual([
      ['ACTIVATE', null, null],
      ['ACCEPT', 'agent', first.result.id],
      ['REJECT', 'agent', second.result.id],
      ['RESET', 'user', null],
      ['ACCEPT', 'agent', third.result.id],
    ]);
    const { domainId, projectId } = project;
    for (const row of kept) expect(row).toMatchObject({ domainId, projectId });
  });

  test('ok: a path that is too long to be listed whole does not keep a rejection from being recorded', async () => {
    const machine = healthyMachine({ seed: 71 });
    const { id, token } = await enrolled(machine, (await createList()).id);
    expect(await attest(machine, token)).toMatchObject({ result: { verdict: 'ACCEPTED' } });
    machine.measure(`/home/${'a'.repeat(1017)}\u{1f600}`);
    expect(await attest(machine, token)).toMatchObject({ result: { verdict: 'REJECTED' }, agent: { state: 'FAILED' } });
    expect((await server.graphql(AGENT, { id }, admin)).body.data.agent.state).toBe('FAILED');
  });

  test('refused: a log that grows while its TPM accounts for no more of it', async () => {
    const machine = healthyMachine({ seed: 72 });
    const { token } = await enrolled(machine, (await createList()).id);
    const [line = ''] = FILES.map((path) => logLine({ path }));
    expect((await attest(machine, token, line)).agent.state).toBe('TRUSTED');
    expect(await attest(machine, token, line + line)).toMatchObject({
      result: { verdict: 'REJECTED', failures: [{ code: 'IMA_LOG_UNATTESTED', class: 'INTEGRITY' }] },
      agent: { state: 'FAILED' },
    });
  });

  test('refused: an altered quote is a REJECTED result, and a wrong secret activates nothing', async () => {
    const machine = healthyMachine({ seed: 2 });
    const { token } = await enrolled(machine);
    const { challenge } = await done(BEGIN, undefined, token);
    const quote = machine.tpm.quote({ nonce: Buffer.alloc(32), pcrs: challenge.pcrs });
    const { message, signature, pcrs } = quote;
    const encoded = { message: message.toString('base64'), signature: signature.toString('base64'), pcrs };
    const submitted = await done(SUBMIT, { attestationId: challenge.attestationId, quote: encoded }, token);
    expect(submitted.result.verdict).toBe('REJECTED');

    const { enrollmentToken } = await done(CREATE_AGENT, { name: fresh('machine') }, admin);
    const wrong = { enrollmentToken, secret: Buffer.alloc(32).toString('base64') };
    expect(codeOf(await server.graphql(ACTIVATE, { input: wrong }))).toBe('UNAUTHENTICATED');
  });

  test('refused: with nothing bound no evidence is accepted, which is not held against the machine', async () => {
    const machine = healthyMachine({ seed: 4 });
    const { id, token } = await enrolled(machine);
    expect(await attest(machine, token)).toMatchObject({
      result: { verdict: 'REJECTED', failures: [{ code: 'NOTHING_BOUND', class: 'PROTOCOL' }], stateAfter: 'PENDING' },
      agent: { state: 'PENDING' },
    });
    const bind = 'mutation ($input: BindAllowlistInput!) { bindAllowlist(input: $input) { agent { id } } }';
    await done(bind, { agent: { id }, allowlist: { id: (await createList()).id } }, admin);
    expect((await attest(machine, token)).agent.state).toBe('TRUSTED');
  });

  test('refused: a TPM policy without values is accepted as a revision and is never a reason for trust', async () => {
    for (const [seed, tpmPolicy] of [
      [80, '{}'],
      [81, '{"mask":"0x408000"}'],
    ] as const) {
      const { allowlist, userErrors } = await done(CREATE_LIST, { name: fresh('list'), tpmPolicy }, admin);
      expect(userErrors).toEqual([]);
      const machine = healthyMachine({ seed });
      const { token } = await enrolled(machine, allowlist.id);
      expect(await attest(machine, token)).toMatchObject({
        result: { verdict: 'REJECTED', failures: [{ code: 'NOTHING_BOUND' }], stateAfter: 'PENDING' },
        agent: { state: 'PENDING' },
      });
    }
  });

  test('stale: no agent is judged by a list that changed since it was reviewed', async () => {
    const list = await createList();
    const errors = 'userErrors { code path }';
    const bind = `mutation ($input: BindAllowlistInput!) { bindAllowlist(input: $input) { agent { allowlist { id } } ${errors} } }`;
    const create = `mutation ($input: CreateAgentInput!) { createAgent(input: $input) { agent { id } ${errors} } }`;
    const publish = `mutation ($input: PublishAllowlistRevisionInput!) {
      publishAllowlistRevision(input: $input) { allowlist { etag } ${errors} } }`;
    const { id } = await enrolled(healthyMachine({ seed: 5 }));
    const change = {
      allowlist: { id: list.id },
      etag: list.etag,
      imaPolicy: { content: `${'0'.repeat(64)}  /opt/evil` },
    };
    const { etag } = (await done(publish, change, admin)).allowlist;
    const stale = { allowlist: { id: list.id }, allowlistEtag: list.etag };
    const refused = [{ code: 'STALE_ETAG', path: ['input', 'allowlistEtag'] }];
    expect(await done(bind, { agent: { id }, ...stale }, admin)).toEqual({ agent: null, userErrors: refused });
    expect(await done(create, { name: fresh('machine'), ...stale }, admin)).toEqual({
      agent: null,
      userErrors: refused,
    });
    const current = { allowlist: { id: list.id }, allowlistEtag: etag };
    const bound = await done(bind, { agent: { id }, ...current }, admin);
    expect(bound).toEqual({ agent: { allowlist: { id: list.id } }, userErrors: [] });
    const none = { agent: { id }, allowlist: null, allowlistEtag: etag };
    expect((await done(bind, none, admin)).userErrors).toEqual([{ code: 'INVALID', path: ['input', 'allowlistEtag'] }]);
  });

  test('stale: what was decided about a failed agent is not done to a banned one, nor after something worse', async () => {
    const machine = healthyMachine({ seed: 73 });
    const { id, token } = await enrolled(machine, (await createList()).id);
    const operate = (name: string, etag?: string) => {
      const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
      const query = `mutation ($input: ${type}!) { ${name}(input: $input) { agent { state etag } userErrors { code path } } }`;
      return done(query, { agent: { id }, etag }, admin);
    };
    const read = async () => (await server.graphql(AGENT, { id }, admin)).body.data.agent;
    const refused = { agent: null, userErrors: [{ code: 'STALE_ETAG', path: ['input', 'etag'] }] };
    machine.measure('/usr/bin/unlisted');
    await attest(machine, token);
    const failed = await read();
    expect(failed.state).toBe('FAILED');
    await attest(machine, token);
    expect((await read()).etag).toBe(failed.etag);
    // The log no longer agrees with the TPM: fatal, where the file was an error.
    await attest(machine, token, 'garbage\n');
    expect(await operate('resetAgent', failed.etag)).toEqual(refused);
    const worse = await read();
    await operate('banAgent', worse.etag);
    for (const name of ['resetAgent', 'banAgent', 'retireAgent'])
      expect(await operate(name, worse.etag)).toEqual(refused);
    const { etag } = await read();
    expect((await operate('unbanAgent', etag)).agent).toMatchObject({ state: 'PENDING' });
  });

  test('refused: a ban stops the tokens of an agent at once', async () => {
    const { id, token } = await enrolled(healthyMachine({ seed: 3 }));
    expect((await server.graphql(AGENT, { id }, token)).body.data.agent.state).toBe('PENDING');
    const ban = 'mutation ($input: BanAgentInput!) { banAgent(input: $input) { agent { state } } }';
    expect((await done(ban, { agent: { id } }, admin)).agent.state).toBe('BANNED');
    const answer = await server.graphql(AGENT, { id }, token);
    expect([answer.status, codeOf(answer)]).toEqual([401, 'UNAUTHENTICATED']);
  });
});

describe('what may not be read', () => {
  test('refused: a foreign allowlist and agent answer as ones that never were', async () => {
    const list = await createList();
    const { agent } = await done(CREATE_AGENT, { name: fresh('machine') }, admin);
    const stranger = await tokenOf(await server.project(await server.domain()), 'admin');
    for (const [query, id, missing] of [
      [ALLOWLIST, list.id, newId('Allowlist')],
      [AGENT, agent.id, newId('Agent')],
    ] as const) {
      const hidden = await server.graphql(query, { id }, stranger);
      expect(codeOf(hidden)).toBe('NOT_FOUND');
      expect((await server.graphql(query, { id: missing }, stranger)).comparable).toBe(hidden.comparable);
    }
  });

  test('refused: an agent cannot answer for another, nor act as an operator', async () => {
    const { agent } = await done(CREATE_AGENT, { name: fresh('machine') }, admin);
    const token = await server.agentToken(agent.id);
    const other = await done(CREATE_AGENT, { name: fresh('machine') }, admin);
    expect(codeOf(await server.graphql(AGENT, { id: other.agent.id }, token))).toBe('NOT_FOUND');
    const answer = await server.graphql(CREATE_LIST, { input: { name: 'l', tpmPolicy: '{}' } }, token);
    expect(answer.body.errors[0].extensions).toMatchObject({ code: 'FORBIDDEN', reason: 'WRONG_SCOPE' });
  });
});

describe('allowlists', () => {
  test('ok: one answer carries so many policies and no more', async () => {
    const { id } = await createList(`# ${'x'.repeat(7 * 1024 * 1024)}\n${lines(FILES)}`);
    const ask = (count: number) => {
      const texts = Array.from({ length: count }, (_, i) => `t${i}: imaPolicy`).join(' ');
      return server.graphql(
        `query ($id: ID!) { allowlist(ref: { id: $id }) { currentRevision { ${texts} } } }`,
        { id },
        admin,
      );
    };
    const { body } = await ask(2);
    expect(Object.values(body.data.allowlist.currentRevision).every((text) => text !== null)).toBe(true);
    expect(codeOf(await ask(4))).toBe('BAD_USER_INPUT');
  });

  test('invalid: malformed content names the line or the JSON pointer', async () => {
    const refuse = async (content: string) => {
      const made = await done(CREATE_LIST, { name: fresh('list'), imaPolicy: { content } }, admin);
      expect(made.allowlist).toBeNull();
      expect(made.userErrors[0].code).toBe('INVALID');
      return made.userErrors[0].message;
    };
    expect(await refuse(`${lines(FILES)}no digest here\n`)).toMatch(/line 4/i);
    expect(await refuse('{"digests": {"/bin/a~b": ["zz"]}}')).toContain('/digests/~1bin~1a~0b/0');
  });

  test('refused: a list that an agent is bound to is in use; ok: it goes when nobody is', async () => {
    const list = await createList();
    const name = fresh('machine');
    const { agent } = await done(CREATE_AGENT, { name, allowlist: { id: list.id } }, admin);
    const remove = `mutation ($input: DeleteAllowlistInput!) {
      deleteAllowlist(input: $input) { allowlistId userErrors { code message } } }`;
    const input = { allowlist: { id: list.id }, etag: list.etag };
    const refused = await done(remove, input, admin);
    expect(refused).toMatchObject({ allowlistId: null, userErrors: [{ code: 'IN_USE' }] });
    expect(refused.userErrors[0].message).toContain(name);
    const bind = 'mutation ($input: BindAllowlistInput!) { bindAllowlist(input: $input) { agent { id } } }';
    await done(bind, { agent: { id: agent.id }, allowlist: null }, admin);
    expect((await done(remove, input, admin)).allowlistId).toBe(list.id);
  });

  test('ok: listing 1,000 agents that are bound to a 10 MiB list takes few statements and reads none of its content', async () => {
    const { domainId, projectId } = await server.project(project.domainId);
    const scope = { type: 'project', domainId, projectId } as const;
    const paths = Array.from({ length: 120_000 }, () => `/usr/lib/${fresh('module')}.so`);
    const content = lines(paths);
    expect(content.length).toBeGreaterThan(10 * 1024 * 1024);
    const list = await createList(content, await tokenOf(scope, 'admin'));
    expect(statements.all().some(readsContent)).toBe(true);
    await insertAgents(scope, list.id, 1000);
    const reader = await tokenOf(scope, 'reader');
    let after: string | null = null;
    let seen = 0;
    do {
      await statements.restart(server);
      const page: Json = await server.graphql(
        `query ($after: String) { agents(first: 200, after: $after) {
          nodes { id state project { id domain { id } } allowlist { name currentRevision { number imaPolicyPathCount } } lastResult { id } }
          pageInfo { hasNextPage endCursor } } }`,
        { after },
        reader,
      );
      const { nodes, pageInfo } = page.body.data.agents;
      expect(nodes[0].allowlist.currentRevision).toEqual({ number: 1, imaPolicyPathCount: paths.length });
      expect(statements.all().length).toBeLessThanOrEqual(10);
      expect(statements.all().filter(readsContent)).toEqual([]);
      seen += nodes.length;
      after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    } while (after !== null);
    expect(seen).toBe(1000);
  });
});

async function insertAgents(scope: { domainId: string; projectId: string }, allowlistId: string, size: number) {
  const { db, clock } = server.services;
  const { domainId, projectId } = scope;
  const rows = Array.from({ length: size }, (_, index) => ({ id: newId('Agent'), name: `many-${index}` }));
  const common = { kind: 'MACHINE' as const, domainId, projectId, trustState: 'CREATED', createdBy: 'nobody' };
  await db.insert(agents).values(asIds(rows.map((row) => ({ ...row, ...common, createdAt: clock.now() }))));
  const record = { domainId, projectId, allowlistId, tpmKind: 'PHYSICAL' as const, isLiving: false };
  const counts = { acceptedCount: 0, rejectedCount: 0 };
  await db.insert(attestationRecords).values(asIds(rows.map(({ id }) => ({ agentId: id, ...record, ...counts }))));
}

describe('HTTP.metrics', () => {
  test('ok: tells what became of the evidence above', async () => {
    const headers = { authorization: `Bearer ${await tokenOf({ type: 'system' }, 'reader')}` };
    const text = await (await fetch(`${server.url}/metrics`, { headers })).text();
    expect(text).toMatch(/^bailiwick_verifications_total\{verdict="ACCEPTED"\} [1-9]/m);
    expect(text).toMatch(/^bailiwick_verifications_total\{verdict="REJECTED"\} [1-9]/m);
    expect(text).toMatch(/^bailiwick_verification_failures_total\{code="IMA_NOT_IN_ALLOWLIST"\} [1-9]/m);
  });
});

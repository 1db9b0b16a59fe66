import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bumpEpoch } from '../../src/authority/index.js';
import { events } from '../../src/events/index.js';
import { roleAssignments } from '../../src/identity/assignments/tables.js';
import { asId } from '../harness/ids.js';
import { codeOf, type Json, startTestServer, type TestServer } from '../harness/server.js';
import { happen } from './happen.js';
import { open, PUBLISHED, TRUST, type Watcher, watch } from './watch.js';

const CREATE_AGENT = `mutation ($input: CreateAgentInput!) { made: createAgent(input: $input) { agent { id } userErrors { code } } }`;
const BAN = `mutation ($input: BanAgentInput!) { made: banAgent(input: $input) { agent { id } userErrors { code } } }`;
const UNBAN = `mutation ($input: UnbanAgentInput!) { made: unbanAgent(input: $input) { agent { id } userErrors { code } } }`;
const LIST = `${'0'.repeat(64)}  /usr/bin/true\n`;
const CREATE_LIST = `mutation ($input: CreateAllowlistInput!) { made: createAllowlist(input: $input) { allowlist { id etag } userErrors { code } } }`;
const PUBLISH = `mutation ($input: PublishAllowlistRevisionInput!) { made: publishAllowlistRevision(input: $input) { allowlist { id etag } userErrors { code } } }`;

function many(name: (n: number) => string): string {
  return Array.from({ length: 100 }, (_, index) => name(index)).join(' ');
}
/** An agent's results, their agent's results, and those results' agents' results. */
const costly = `${'attestationResults(first: 200) { nodes { agent { '.repeat(3)} id ${'} } }'.repeat(3)}`;

type Project = Awaited<ReturnType<TestServer['project']>>;

let server: TestServer;
let own: Project;
let foreign: Project;
let admin: string;
let foreignAdmin: string;
const watchers: Watcher[] = [];
beforeAll(async () => {
  server = await startTestServer({ limits: { streamsPerPrincipal: 2 } });
  own = await server.project(await server.defaultDomainId());
  foreign = await server.project(await server.domain());
  admin = (await server.token({ scope: own, role: 'admin' })).token;
  foreignAdmin = (await server.token({ scope: foreign, role: 'admin' })).token;
}, 60_000);
afterAll(async () => {
  for (const watcher of watchers) watcher.kill();
  await server.close();
});

let count = 0;
async function done(query: string, input: object, token = admin): Promise<Json> {
  const { body } = await server.graphql(query, { input }, token);
  expect(body.errors).toBeUndefined();
  expect(body.data.made.userErrors).toEqual([]);
  return body.data.made;
}
const newAgent = async (token = admin): Promise<string> =>
  (await done(CREATE_AGENT, { name: `machine-${++count}` }, token)).agent.id;
const ban = (id: string, token = admin) => done(BAN, { agent: { id } }, token);
const unban = (id: string, token = admin) => done(UNBAN, { agent: { id } }, token);
const reader = () => server.token({ scope: own, role: 'reader' });

/** A subscriber that is following already. */
async function follow(token: string, query = TRUST, variables = {}): Promise<Watcher> {
  const watcher = watch(server.url, token, query, variables);
  watchers.push(watcher);
  await watcher.open();
  return watcher;
}

describe('Subscription.agentTrustChanged', () => {
  test('ok: each change once, in order, with the agent as it is', async () => {
    const id = await newAgent();
    const watcher = await follow((await reader()).token, TRUST, { filter: { agentIds: [id] } });
    await ban(id);
    await watcher.until(1);
    await unban(id);
    await watcher.until(2);
    const [first, second] = watcher.events();
    expect(first).toMatchObject({ from: 'CREATED', to: 'BANNED', agent: { id, state: 'BANNED' } });
    expect(second).toMatchObject({ from: 'BANNED', to: 'PENDING', agent: { id, state: 'PENDING' } });
    expect(new Set([first.id, second.id]).size).toBe(2);
    watcher.kill();
  });

  test('ok: what was missed comes after a cursor or since a time, and nothing before', async () => {
    const [id, since] = [await newAgent(), new Date()];
    const filter = { agentIds: [id] };
    await ban(id);
    await unban(id);
    await ban(id);
    const { token } = await reader();
    const all = await follow(token, TRUST, { since, filter });
    await all.until(3);
    all.kill();
    const rest = await follow(token, TRUST, { after: all.events()[0].cursor, filter });
    await rest.until(2);
    rest.kill();
    expect(rest.events()).toEqual(all.events().slice(1));
  });

  test('ok: a filter by project and state', async () => {
    const since = new Date();
    const id = await newAgent();
    await ban(id);
    await unban(id);
    const { token } = await reader();
    const filter = { projectIds: [own.projectId], to: ['PENDING'] };
    const watcher = await follow(token, TRUST, { since, filter });
    await watcher.until(1);
    const nothing = await follow(token, TRUST, { since, filter: { projectIds: ['\0', foreign.projectId] } });
    await ban(id);
    await unban(id);
    await watcher.until(2);
    expect(watcher.events().map(({ to }) => to)).toEqual(['PENDING', 'PENDING']);
    expect(nothing.answers).toEqual([]);
    watcher.kill();
    nothing.kill();
  });

  test('ok: a domain reader sees its projects, an agent sees itself', async () => {
    const [id, other] = [await newAgent(), await newAgent()];
    const domain = { type: 'domain', domainId: own.domainId } as const;
    const ofDomain = await follow((await server.token({ scope: domain, role: 'reader' })).token);
    const ofAgent = await follow(await server.agentToken(id), TRUST, { since: new Date(Date.now() - 1000) });
    await ban(other);
    await ofDomain.until(1);
    expect(ofDomain.events()).toMatchObject([{ agent: { id: other } }]);
    expect(ofAgent.answers).toEqual([]);
    ofDomain.kill();
    ofAgent.kill();
  });

  test('hidden: events of a foreign project never come, and leave no gap that counts them', async () => {
    const [id, away] = [await newAgent(), await newAgent(foreignAdmin)];
    const since = new Date();
    const watcher = await follow((await reader()).token, TRUST, { since });
    await ban(id);
    for (let round = 0; round < 3; round++) {
      await ban(away, foreignAdmin);
      await unban(away, foreignAdmin);
    }
    await unban(id);
    await watcher.until(2);
    expect(watcher.answers).toHaveLength(2);
    expect(watcher.events().map(({ agent }) => agent.id)).toEqual([id, id]);
    // A number that grew by one for each event would tell a tenant how busy the others are; a time does not.
    for (const event of await server.database.db.select().from(events).where(eq(events.objectId, id))) {
      expect(event.position / 1000).toBeGreaterThanOrEqual(event.occurredAt.getTime());
      expect(event.position / 1000).toBeLessThan(Date.now() + 1);
    }
    watcher.kill();
  });
});

describe('Subscription.allowlistPublished', () => {
  test('ok: a publication, with the revision that was published', async () => {
    const { allowlist } = await done(CREATE_LIST, { name: 'watched', imaPolicy: { content: LIST } });
    const watcher = await follow((await reader()).token, PUBLISHED);
    const imaPolicy = { content: `# as it is now\n${LIST}` };
    const input = { allowlist: { id: allowlist.id }, etag: allowlist.etag, imaPolicy };
    await done(PUBLISH, input);
    await watcher.until(1);
    expect(watcher.events()).toMatchObject([
      { allowlist: { id: allowlist.id, name: 'watched' }, revision: { number: 2 } },
    ]);
    watcher.kill();
  });
});

describe('each event is decided afresh', () => {
  test('forbidden: the role is revoked, and the stream ends without a further event', async () => {
    const id = await newAgent();
    const { userId, token } = await reader();
    const watcher = await follow(token, TRUST, { filter: { agentIds: [id] } });
    await ban(id);
    await watcher.until(1);
    await server.services.db.transaction(async (tx) => {
      await tx.delete(roleAssignments).where(eq(roleAssignments.userId, asId(userId)));
      await bumpEpoch(tx);
    });
    await unban(id);
    expect(await watcher.end()).toBe('complete');
    expect(watcher.events()).toHaveLength(1);
    expect(watcher.answers).toHaveLength(2);
    expect(watcher.answers[1].errors[0].extensions).toMatchObject({ code: 'FORBIDDEN', policy: 'agent:get' });
  });

  test('unauthenticated: the token is revoked, and the stream ends at once', async () => {
    const { token } = await reader();
    const watcher = await follow(token);
    await server.graphql('mutation { revokeToken(input: {}) { tokenId } }', {}, token);
    expect(await watcher.end()).toBe('complete');
    expect(watcher.answers.map((answer) => answer.errors[0].extensions.code)).toEqual(['UNAUTHENTICATED']);
  });

  test('unauthenticated: the token expires, and the stream ends then', async () => {
    const expiresAt = new Date(Date.now() + 700);
    const { token } = await server.token({ scope: own, role: 'reader', expiresAt });
    const watcher = await follow(token);
    expect(watcher.answers).toEqual([]);
    expect(await watcher.end()).toBe('complete');
    expect(Date.now()).toBeGreaterThanOrEqual(expiresAt.getTime());
    expect(watcher.answers.map((answer) => answer.errors[0].extensions.code)).toEqual(['UNAUTHENTICATED']);
  });

  test('unauthenticated: an agent that is banned does not even see that it is', async () => {
    const id = await newAgent();
    const watcher = await follow(await server.agentToken(id));
    await ban(id);
    expect(await watcher.end()).toBe('complete');
    expect(watcher.events()).toEqual([]);
    expect(watcher.answers[0].errors[0].extensions).toMatchObject({ code: 'UNAUTHENTICATED', reason: 'AGENT_BANNED' });
  });

  test('hidden: what lies behind the event and is not the caller’s to read is null', async () => {
    const [id, since] = [await newAgent(), new Date()];
    const change = { type: 'agent.trust_changed', objectId: id, details: { from: 'CREATED', to: 'PENDING' } };
    await happen(server.services, [change]);
    const nested = `subscription ($since: DateTime) { event: agentTrustChanged(since: $since) { agent { id project { id } } } }`;
    const ofAgent = await follow(await server.agentToken(id), nested, { since });
    const ofReader = await follow((await reader()).token, nested, { since });
    await ofAgent.until(1);
    await ofReader.until(1);
    expect(ofAgent.answers).toEqual([{ data: { event: { agent: { id, project: null } } } }]);
    expect(ofReader.answers).toEqual([{ data: { event: { agent: { id, project: { id: own.projectId } } } } }]);
    ofAgent.kill();
    ofReader.kill();
  });
});

describe('HTTP.openStream', () => {
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const comparable = (text: string) => text.replaceAll(/"requestId":"[^"]*"/g, '');

  test.each([TRUST, '{ nothing }', '{', 'subscription { nothing }'])(
    'anonymous: %s is refused as everywhere else',
    async (query) => {
      const here = await open(server.url, { query });
      const there = await server.graphql('{ viewer { kind } }');
      expect([here.status, comparable(here.text)]).toEqual([401, comparable(there.comparable)]);
    },
  );

  test('unauthenticated: a bearer that does not count', async () => {
    const { status, text } = await open(server.url, { query: TRUST }, bearer('bwt_nothing'));
    expect([status, JSON.parse(text).errors[0].extensions.code]).toEqual([401, 'UNAUTHENTICATED']);
  });

  test.each([
    ['no JSON', '{', 400],
    ['no document', {}, 400],
    ['a syntax error', { query: 'subscription {' }, 400],
    ['an unknown field', { query: 'subscription { nothing }' }, 400],
    ['a query', { query: '{ viewer { kind } }' }, 400],
    ['a mutation', { query: 'mutation { revokeToken(input: {}) { tokenId } }' }, 400],
    ['two fields', { query: 'subscription { a: agentTrustChanged { id } b: agentTrustChanged { id } }' }, 400],
    ['a fragment', { query: 'subscription { ...f } fragment f on Subscription { agentTrustChanged { id } }' }, 400],
    ['a condition', { query: 'subscription { agentTrustChanged @skip(if: true) { id } }' }, 400],
    ['only a name', { query: 'subscription { __typename }' }, 400],
    ['a variable that does not fit', { query: TRUST, variables: { filter: 1 } }, 400],
    ['an operation that is not there', { query: TRUST, operationName: 'other' }, 400],
    ['too many tokens', { query: `subscription { agentTrustChanged { ${'id '.repeat(5000)} } }` }, 400],
    ['too many aliases', { query: `subscription { agentTrustChanged { ${many((n) => `a${n}: id`)} } }` }, 400],
    ['too costly', { query: `subscription { agentTrustChanged { agent { ${costly} } } }` }, 400],
    ['a cursor of another list', { query: TRUST, variables: { after: 'WyJpZCIsIngiXQ' } }, 400],
    ['a cursor and a time', { query: TRUST, variables: { after: 'x', since: new Date() } }, 400],
  ])('invalid: %s', async (_what, body, status) => {
    const answer = await open(server.url, body, bearer(admin));
    expect(answer.status).toBe(status);
    const { code } = JSON.parse(answer.text).errors[0].extensions;
    expect(['BAD_USER_INPUT', 'INVALID_CURSOR']).toContain(code);
  });

  test('invalid: a body that is no JSON by its type, which a form of another site could send', async () => {
    const answer = await open(server.url, 'x', { ...bearer(admin), 'content-type': 'text/plain' });
    expect(answer.status).toBe(415);
  });

  test('forbidden: a caller of another scope, and the denial is in the audit log', async () => {
    // Nodes are the system's: whoever administers a project watches none.
    const answer = await open(server.url, { query: 'subscription { nodeChanged { id } }' }, bearer(admin));
    expect([answer.status, JSON.parse(answer.text).errors[0].extensions.reason]).toEqual([403, 'WRONG_SCOPE']);
    const { token } = await server.token({ scope: { type: 'system' }, role: 'admin' });
    const log = await server.graphql('{ auditEntries(first: 5) { nodes { action policy } } }', {}, token);
    expect(log.body.data.auditEntries.nodes).toContainEqual({ action: 'REQUEST_DENIED', policy: 'node:get' });
  });

  test('refused: more streams at once than a principal may have, until one ended', async () => {
    const { token } = await reader();
    const [first, second] = [await follow(token), await follow(token)];
    const answer = await open(server.url, { query: TRUST }, bearer(token));
    expect([answer.status, JSON.parse(answer.text).errors[0].extensions.code]).toEqual([429, 'RATE_LIMITED']);
    first.kill();
    let third = await open(server.url, { query: TRUST, variables: { after: 'x' } }, bearer(token));
    while (third.status === 429)
      third = await open(server.url, { query: TRUST, variables: { after: 'x' } }, bearer(token));
    expect(third.status).toBe(400);
    second.kill();
  });

  test('invalid: a subscription at /graphql, which says where it is served', async () => {
    const answer = await server.graphql(TRUST, {}, admin);
    expect(codeOf(answer)).toBe('BAD_USER_INPUT');
    expect(answer.body.errors[0].message).toContain('/graphql/stream');
  });
});

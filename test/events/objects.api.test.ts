import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { OBJECT_CHANGED, TARGET_TYPES, type TargetType } from '../../src/authority/index.js';
import { kindOf, newId } from '../../src/platform/ids.js';
import { codeOf, type Json, startTestServer, type TestServer } from '../harness/server.js';
import { happen } from './happen.js';
import { open, type Watcher, watch } from './watch.js';

const CHANGED = `subscription ($since: DateTime, $filter: ObjectsChangedFilter) {
  event: objectsChanged(since: $since, filter: $filter) { kinds ids } }`;
const LIST = `${'0'.repeat(64)}  /usr/bin/true\n`;
const HOUR_MS = 3_600_000;
const SYSTEM = { type: 'system' } as const;
const mutation = (name: string, fields: string) => {
  const input = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  return `mutation ($input: ${input}!) { made: ${name}(input: $input) { ${fields} userErrors { code } } }`;
};

let server: TestServer;
let domainId: string;
let own: Awaited<ReturnType<TestServer['project']>>;
let foreign: typeof own;
let admin: string;
let manager: string;
const watchers: Watcher[] = [];
beforeAll(async () => {
  server = await startTestServer({ limits: { streamsPerPrincipal: 0 } });
  domainId = await server.domain();
  own = await server.project(domainId);
  foreign = await server.project(await server.domain());
  admin = (await server.token({ scope: SYSTEM, role: 'admin' })).token;
  manager = (await server.token({ scope: { type: 'domain', domainId }, role: 'manager' })).token;
}, 60_000);
beforeEach(() => {
  for (const watcher of watchers.splice(0)) watcher.kill();
});
afterAll(async () => {
  for (const watcher of watchers) watcher.kill();
  await server.close();
});

async function follow(token: string, filter: object = {}): Promise<Watcher> {
  const watcher = watch(server.url, token, CHANGED, { filter });
  watchers.push(watcher);
  await watcher.open();
  return watcher;
}
const reader = async (scope: typeof own | { type: 'domain'; domainId: string }) =>
  (await server.token({ scope, role: 'reader' })).token;

/** A change that has no audit entry: it is told only to who may read the object. */
function change(objectId: string, entry: object | null = null) {
  const type = Object.values(TARGET_TYPES).find((one: TargetType) => one === kindOf(objectId));
  return { type: OBJECT_CHANGED, objectId, details: { kinds: [type], entry } };
}
async function done(name: string, fields: string, input: object, token: string): Promise<Json> {
  const { body } = await server.graphql(mutation(name, fields), { input }, token);
  expect(body.errors).toBeUndefined();
  expect(body.data.made.userErrors).toEqual([]);
  return body.data.made;
}
const idsOf = (watcher: Watcher) => watcher.events().flatMap(({ ids }) => ids ?? []);
const kindsOf = (watcher: Watcher) => new Set(watcher.events().flatMap(({ kinds }) => kinds));

describe('Subscription.objectsChanged', () => {
  const unique = () => `made-${newId('Event')}`;
  const inProject = async () => (await server.token({ scope: own, role: 'admin' })).token;
  const member = async () => ({ user: { id: await server.user(domainId) } });
  const joining = async () => {
    const { projectId } = await server.operatorsProject(domainId);
    return { project: { id: projectId }, nodeName: unique(), expiresAt: new Date(Date.now() + HOUR_MS) };
  };
  const loggedIn = async () => ({ user: { id: (await server.token({ scope: own })).userId } });
  const MADE: readonly [string, string, () => Promise<object> | object, () => string | Promise<string>][] = [
    ['DOMAIN', 'createDomain', () => ({ name: unique() }), () => admin],
    ['PROJECT', 'createProject', () => ({ name: unique() }), () => manager],
    ['USER', 'createUser', () => ({ name: unique(), password: 'correct horse battery' }), () => manager],
    ['GROUP', 'createGroup', () => ({ name: unique() }), () => manager],
    ['ROLE', 'createRole', () => ({ name: unique() }), () => admin],
    [
      'ROLE_ASSIGNMENT',
      'grantRole',
      async () => ({ ...(await member()), role: { name: 'reader' }, scope: { domain: { id: domainId } } }),
      () => manager,
    ],
    ['AGENT', 'createAgent', () => ({ name: unique() }), inProject],
    ['ALLOWLIST', 'createAllowlist', () => ({ name: unique(), imaPolicy: { content: LIST } }), inProject],
    ['NODE', 'createNode', () => ({ name: unique() }), () => admin],
    ['JOIN_TOKEN', 'createJoinToken', joining, () => admin],
    [
      'POLICY_REVISION',
      'setPolicyCandidate',
      () => ({ overrides: [{ name: 'allowlist:create', check: 'role:admin' }] }),
      () => admin,
    ],
    ['TOKEN', 'revokeTokens', loggedIn, () => manager],
  ];

  test.each(MADE)('ok: %s, after %s, within a second', async (kind, name, input, as) => {
    const token = await as();
    const [object, entries] = await Promise.all([
      follow(admin, { kinds: [kind] }),
      follow(admin, { kinds: ['AUDIT_ENTRY'] }),
    ]);
    await done(name, '__typename', await input(), token);
    const answered = performance.now();
    await Promise.all([object.until(1), entries.until(1)]);
    expect(performance.now() - answered).toBeLessThan(1500);
    expect(object.events()).toEqual([{ kinds: [kind], ids: [expect.any(String)] }]);
    expect(entries.events()).toEqual([{ kinds: ['AUDIT_ENTRY'], ids: object.events()[0].ids }]);
  });

  test('hidden: a reader of another tenant is told nothing, of rows or of audit entries', async () => {
    const [theirs, ours] = await Promise.all([
      reader(foreign).then((token) => follow(token)),
      reader(own).then((token) => follow(token)),
    ]);
    const agent = await server.agent(own);
    const gone = newId('Agent');
    const entry = { domainId, projectId: own.projectId, actorId: null };
    await happen(server.services, [change(agent), change(gone, entry), change(newId('Agent'))]);
    await ours.until(1);
    const mark = await server.agent(foreign);
    await happen(server.services, [change(mark)]);
    await theirs.until(1);
    expect(idsOf(ours)).toEqual([gone, agent]);
    expect(theirs.events()).toEqual([{ kinds: ['AGENT'], ids: [mark] }]);
  });

  test('hidden: what is gone is told to who may read that it went, and to nobody else', async () => {
    const token = await reader({ type: 'domain', domainId });
    const [domain, ofProject] = await Promise.all([follow(token), reader(own).then((token) => follow(token))]);
    const { group } = await done('createGroup', 'group { id etag }', { name: unique() }, manager);
    await domain.until(1);
    await done('deleteGroup', '__typename', { group: { id: group.id }, etag: group.etag }, manager);
    await domain.until(2);
    const kinds = [...kindsOf(domain)].sort();
    const mark = await server.agent(own);
    await happen(server.services, [change(mark)]);
    await ofProject.until(1);
    expect(kinds).toEqual(['AUDIT_ENTRY', 'GROUP', 'ROLE_ASSIGNMENT']);
    expect(idsOf(ofProject)).toEqual([mark]);
  });

  test('ok: a list that a policy lets a project read is told there, without its audit entry', async () => {
    const role = await server.role(unique(), domainId);
    const watcher = await reader(own).then((token) => follow(token));
    await happen(server.services, [change(role, { domainId, projectId: null, actorId: null })]);
    await watcher.until(1);
    expect(watcher.events()).toEqual([{ kinds: ['ROLE'], ids: [role] }]);
  });

  test('ok: callers without a right to read others are told of themselves', async () => {
    const { userId, token } = await server.token({ scope: own });
    const watcher = await follow(token, { kinds: ['USER', 'TOKEN'] });
    const other = await server.user(domainId);
    const tokens = { type: OBJECT_CHANGED, details: { kinds: ['Token'], entry: null } };
    await happen(server.services, [change(other), { ...tokens, objectId: other }, { ...tokens, objectId: userId }]);
    await watcher.until(1);
    expect(watcher.events()).toEqual([{ kinds: ['TOKEN'], ids: [userId] }]);
  });

  test('ok: a burst is one answer a second, without ids when they are many', async () => {
    const watcher = await reader(own).then((token) => follow(token));
    const ids = await Promise.all(Array.from({ length: 60 }, () => server.agent(own)));
    const began = performance.now();
    for (let from = 0; from < ids.length; from += 3) {
      await happen(
        server.services,
        ids.slice(from, from + 3).map((id) => change(id)),
      );
      await delay(50);
    }
    const seconds = (performance.now() - began) / 1000;
    await delay(1200);
    expect(watcher.answers.length).toBeGreaterThan(1);
    expect(watcher.answers.length).toBeLessThan(seconds + 3);
    expect(watcher.events().every(({ kinds }) => kinds.length === 1 && kinds[0] === 'AGENT')).toBe(true);
    const since = watch(server.url, await reader(own), CHANGED, {
      since: new Date(Date.now() - 60_000),
      filter: { ids },
    });
    watchers.push(since);
    await since.until(1);
    expect(since.events()).toEqual([{ kinds: ['AGENT'], ids: null }]);
  }, 60_000);

  test('ok: asked for some objects, it tells of no others', async () => {
    const [one, other] = [await server.agent(own), await server.agent(own)];
    const watcher = await follow(await reader(own), { ids: [one] });
    await happen(server.services, [change(other)]);
    await happen(server.services, [change(one)]);
    await watcher.until(1);
    expect(watcher.events()).toEqual([{ kinds: ['AGENT'], ids: [one] }]);
  });

  test('refused: the stream ends with its token, and says nothing after it was revoked', async () => {
    const [first, second] = [await server.token({ scope: own, role: 'reader' }), await reader(own)];
    const [gone, kept] = await Promise.all([follow(first.token), follow(second)]);
    await server.graphql('mutation { revokeToken(input: {}) { tokenId } }', {}, first.token);
    await happen(server.services, [change(await server.agent(own))]);
    await kept.until(1);
    expect(await gone.end()).toBe('complete');
    expect(gone.answers.map(({ errors }) => errors?.[0]?.extensions.code)).toEqual(['UNAUTHENTICATED']);
  });

  test('forbidden: an unscoped token; anonymous: nobody; invalid: too many ids', async () => {
    const { token } = await server.token({ scope: { type: 'unscoped' } });
    const ask = (bearer: string | null, variables = {}) =>
      open(server.url, { query: CHANGED, variables }, bearer === null ? {} : { authorization: `Bearer ${bearer}` });
    const codes = [];
    const ids = Array.from({ length: 1001 }, () => newId('Agent'));
    for (const answer of [await ask(token), await ask(null), await ask(admin, { filter: { ids } })])
      codes.push(codeOf({ body: JSON.parse(answer.text) } as never));
    expect(codes).toEqual(['FORBIDDEN', 'UNAUTHENTICATED', 'BAD_USER_INPUT']);
  });
});

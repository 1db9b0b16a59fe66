import { and, eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bumpEpoch } from '../../src/authority/index.js';
import { roleAssignments } from '../../src/identity/assignments/tables.js';
import { BY_SERVER, hashPassword } from '../../src/identity/users/index.js';
import { users } from '../../src/identity/users/tables.js';
import { asId } from '../harness/ids.js';
import { basic, codeOf, type Json, startTestServer, type TestScope, type TestServer } from '../harness/server.js';
import { asking } from './asking.js';
import { roleStories } from './role-stories.js';

const ISSUE = `mutation ($input: IssueTokenInput!) {
  issueToken(input: $input) { token userErrors { code path } } }`;
const CREATE = `mutation ($input: CreateApiCredentialInput!) {
  createApiCredential(input: $input) { apiCredential { id } key userErrors { code path } } }`;
const SYSTEM = { type: 'system' } as const;

let server: TestServer;
let ask: ReturnType<typeof asking>;
let stories: ReturnType<typeof roleStories>;
let root: string;
beforeAll(async () => {
  server = await startTestServer();
  ask = asking(server);
  stories = roleStories(server);
  root = await stories.as(SYSTEM, 'admin');
}, 60_000);
afterAll(() => server.close());

const issue = async (input: object) => (await server.graphql(ISSUE, { input })).body.data.issueToken;
const rolesBy = async (shown: string): Promise<string[]> =>
  (await server.graphql('{ viewer { roles } }', {}, shown)).body.data.viewer.roles;
const inOneHour = () => new Date(Date.now() + 3_600_000);
let names = 0;
async function credential(token: string, more: object = {}) {
  const input = { name: `script-${++names}`, expiresAt: inOneHour().toISOString(), ...more };
  const { apiCredential, key } = (await server.graphql(CREATE, { input }, token)).body.data.createApiCredential;
  return { id: apiCredential.id, key, shown: basic({ id: apiCredential.id, key }) };
}

describe('roles that change under what was narrowed to them', () => {
  /** Somebody who holds two global roles on a project; a token and a key that keep the first alone. */
  async function narrowedTo(kept: string, other: string) {
    const project = await server.project(await server.domain());
    const { userId, token } = await server.token({ scope: project, role: 'reader' });
    for (const name of [kept, other]) {
      await stories.create(name, root);
      const scope = { project: { id: project.projectId } };
      await stories.changed('grantRole', { user: { id: userId }, role: { name }, scope }, root);
    }
    const scope = { project: { id: project.projectId } };
    const narrowed = (await issue({ proof: { token }, scope, roles: [kept] })).token;
    const { shown } = await credential(token, { roles: [kept] });
    expect([await rolesBy(narrowed), await rolesBy(shown)]).toEqual([[kept], [kept]]);
    return { userId, project, ways: [narrowed, shown] };
  }
  async function rename(from: string, to: string) {
    const { id: roleId, etag } = await stories.role(from, root);
    expect((await stories.changed('updateRole', { role: { id: roleId }, etag, name: to }, root)).userErrors).toEqual(
      [],
    );
  }

  test('refused: another role that takes over the name; the one that was kept stays under its new name', async () => {
    const { ways } = await narrowedTo('watcher', 'operator');
    await rename('watcher', 'spectator');
    await rename('operator', 'watcher');
    for (const shown of ways) expect(await rolesBy(shown)).toEqual(['spectator']);
  });

  test('refused: a later role of the same name, once the one that was kept is deleted', async () => {
    const { userId, project, ways } = await narrowedTo('courier', 'pilot');
    const { id: roleId } = await stories.role('courier', root);
    await server.services.db.delete(roleAssignments).where(eq(roleAssignments.roleId, roleId));
    await server.services.db.transaction(bumpEpoch);
    const { etag } = await stories.role('courier', root);
    expect((await stories.changed('deleteRole', { role: { id: roleId }, etag }, root)).userErrors).toEqual([]);
    await stories.create('courier', root);
    const scope = { project: { id: project.projectId } };
    await stories.changed('grantRole', { user: { id: userId }, role: { name: 'courier' }, scope }, root);
    for (const shown of ways) expect(await rolesBy(shown)).toEqual([]);
  });
});

describe('Mutation.issueToken', () => {
  test('invalid: roles without a scope, since what has no scope keeps all of them', async () => {
    const project = await server.project(await server.domain());
    const { userId } = await server.token({ scope: project, role: 'admin' });
    const { token } = await server.token({ scope: { type: 'unscoped' }, userId });
    const { token: issued, userErrors } = await issue({ proof: { token }, roles: ['reader'] });
    expect(issued).toBeNull();
    expect(userErrors).toEqual([{ code: 'INVALID', path: ['input', 'roles'] }]);
  });
});

describe('wrong passwords for somebody', () => {
  test('refused: between right ones for another whose name, with that of its domain, reads alike', async () => {
    const strict = await startTestServer({ limits: { logInWaitMaxMs: 300_000 } });
    try {
      const password = 'correct horse battery';
      const long = 'd'.repeat(250);
      const pairs = [
        { victim: ['north', 'admin'], own: ['north', 'ADMIN'] },
        { victim: ['east/west', 'ann'], own: ['east', 'west/ann'] },
        { victim: [long, 'ann'], own: [long, 'bob'] },
      ] as const;
      const { db } = strict.services;
      const passwordHash = await hashPassword(password, 8, BY_SERVER);
      for (const { victim, own } of pairs) {
        const domainId = await strict.domain(victim[0]);
        const ownDomainId = own[0] === victim[0] ? domainId : await strict.domain(own[0]);
        await strict.user(domainId, victim[1]);
        const id = await strict.user(ownDomainId, own[1]);
        await db
          .update(users)
          .set({ passwordHash })
          .where(eq(users.id, asId(id)));
        const attempt = async ([domain, user]: readonly [string, string], shown: string) => {
          const input = { proof: { password: { domain, user, password: shown } } };
          return codeOf(await strict.graphql(ISSUE, { input }));
        };
        const codes: (string | undefined)[] = [];
        for (let count = 0; count < 6; count++) {
          codes.push(await attempt(victim, `guess number ${count}`));
          expect(await attempt(own, password)).toBeUndefined();
        }
        expect(codes).toEqual([...Array(5).fill('UNAUTHENTICATED'), 'RATE_LIMITED']);
      }
    } finally {
      await strict.close();
    }
  });
});

describe('an API credential', () => {
  test('hidden: sessions that are not its own, which it could end as fast as its user logs in', async () => {
    const { token } = await server.token({ scope: SYSTEM, role: 'admin' });
    const { id, key, shown } = await credential(token);
    const exchanged = (await issue({ proof: { credential: { id, key } } })).token;
    const other = (await issue({ proof: { credential: { id, key } } })).token;
    const { nodes } = (await server.graphql('{ tokens { nodes { id apiCredential { id } } } }', {}, token)).body.data
      .tokens;
    const own = nodes.find(({ apiCredential }: Json) => apiCredential === null).id;
    for (const by of [shown, exchanged]) {
      expect((await ask.send('revokeToken', 'tokenId', { tokenId: own }, by)).code).toBe('NOT_FOUND');
      expect(await rolesBy(token)).toContain('admin');
    }
    const mine = (await server.graphql('{ tokens { nodes { id isCurrent } } }', {}, other)).body.data.tokens.nodes;
    const { id: tokenId } = mine.find(({ isCurrent }: Json) => isCurrent);
    expect((await ask.send('revokeToken', 'tokenId', { tokenId }, shown)).made).toEqual({ tokenId });
    expect((await ask.send('revokeToken', 'tokenId', {}, exchanged)).code).toBeUndefined();
    for (const gone of [other, exchanged])
      expect(codeOf(await server.graphql('{ viewer { roles } }', {}, gone))).toBe('UNAUTHENTICATED');
  });
});

describe('a system that nobody administers for good', () => {
  test('ok: domains go on without knowing of it', async () => {
    const { db } = server.services;
    const domainId = await server.domain();
    const { token } = await server.token({ scope: { type: 'domain', domainId }, role: 'manager' });
    const userId = await server.user(domainId);
    const groups = [await ask.group(domainId, undefined, [userId]), await ask.group(domainId)];
    const onSystem = eq(roleAssignments.scopeType, 'system');
    await db.update(roleAssignments).set({ expiresAt: inOneHour() }).where(onSystem);
    await db.transaction(bumpEpoch);
    try {
      const user = { id: userId };
      const leave = await ask.send('removeGroupMember', '__typename', { group: { id: groups[0] }, user }, token);
      const etag = await ask.etag('group', groups[1] ?? '', token);
      const gone = await ask.send('deleteGroup', 'groupId', { group: { id: groups[1] }, etag }, token);
      const disabled = await ask.send('disableUser', '__typename', { user }, token);
      const deleted = { user, etag: await ask.etag('user', userId, token) };
      const removed = await ask.send('deleteUser', 'userId', deleted, token);
      expect([leave, gone, disabled, removed].map(({ code, errors }) => [code, errors])).toEqual(
        Array(4).fill([undefined, []]),
      );
    } finally {
      await db.update(roleAssignments).set({ expiresAt: null }).where(onSystem);
      await db.transaction(bumpEpoch);
    }
  });
});

describe('one document that goes on after it lost its right', () => {
  test('refused: what comes after the caller took its own role away', async () => {
    const domainId = await server.domain();
    const scope: TestScope = { type: 'domain', domainId };
    const { userId, token } = await server.token({ scope, role: 'manager' });
    const [held] = await server.services.db
      .select()
      .from(roleAssignments)
      .where(and(eq(roleAssignments.userId, asId(userId)), eq(roleAssignments.domainId, asId(domainId))));
    const document = `mutation ($held: ID!, $user: ID!, $domain: ID!) {
      first: revokeRole(input: { roleAssignmentId: $held }) { roleAssignmentId }
      second: grantRole(input: { user: { id: $user }, role: { name: "reader" }, scope: { domain: { id: $domain } } }) {
        roleAssignment { id } }
      third: createUser(input: { name: "late", password: "correct horse battery" }) { user { id } }
    }`;
    const { body } = await server.graphql(document, { held: held?.id, user: userId, domain: domainId }, token);
    expect(body.data).toEqual({ first: { roleAssignmentId: held?.id }, second: null, third: null });
    expect(body.errors.map(({ extensions }: Json) => extensions.code)).toEqual(['FORBIDDEN', 'FORBIDDEN']);
    expect(await stories.rolesOf(userId, scope)).toEqual([]);
  });

  test('refused: what comes after the caller was disabled by itself', async () => {
    const domainId = await server.domain();
    const { userId, token } = await server.token({ scope: { type: 'domain', domainId }, role: 'manager' });
    const document = `mutation ($user: ID!) {
      first: disableUser(input: { user: { id: $user } }) { user { isEnabled } }
      second: enableUser(input: { user: { id: $user } }) { user { isEnabled } }
    }`;
    const { body } = await server.graphql(document, { user: userId }, token);
    expect(body.data).toEqual({ first: { user: { isEnabled: false } }, second: null });
    expect(body.errors[0].extensions.code).toBe('UNAUTHENTICATED');
  });
});

describe('a right that is not in force', () => {
  test('refused: a manager takes over a user whose role in the system begins tomorrow, or that ended', async () => {
    const domainId = await server.domain();
    const { token } = await server.token({ scope: { type: 'domain', domainId }, role: 'admin' });
    const { db, clock } = server.services;
    const [past, tomorrow] = [-1, 24].map((hours) => new Date(clock.now().getTime() + hours * 3_600_000));
    for (const when of [{ notBefore: tomorrow }, { expiresAt: past }]) {
      const userId = await server.user(domainId);
      await server.assign(userId, 'reader', SYSTEM);
      await db
        .update(roleAssignments)
        .set(when)
        .where(eq(roleAssignments.userId, asId(userId)));
      await db.transaction(bumpEpoch);
      const user = { id: userId };
      const set = await ask.send('setUserPassword', '__typename', { user, password: 'correct horse battery' }, token);
      const etag = await ask.etag('user', userId, token);
      const renamed = await ask.send('updateUser', '__typename', { user, etag, name: `mine-${userId}` }, token);
      expect([set.code, renamed.code]).toEqual(['FORBIDDEN', 'FORBIDDEN']);
      expect(await ask.entriesOf(set.requestId)).toMatchObject([{ outcome: 'DENIED', policy: 'assignment:grant' }]);
    }
  });
});

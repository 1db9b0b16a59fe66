import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { roleAssignments } from '../../src/identity/assignments/tables.js';
import { asId } from '../harness/ids.js';
import { codeOf, type RoleName, startTestServer, type TestServer } from '../harness/server.js';
import { roleStories } from './role-stories.js';

const START = Date.parse('2030-01-01T00:00:00Z');
const minutes = (count: number) => new Date(START + count * 60_000);

/** The test's clock; `jump` is where it goes while a write waits for its turn, after its caller's roles were read. */
let time = new Date(START);
let jump: Date | null = null;
const statements = {
  logQuery(statement: string) {
    if (/authorization_epoch.* for (share|update)/s.test(statement) && jump !== null) {
      time = jump;
      jump = null;
    }
  },
};

let server: TestServer;
let stories: ReturnType<typeof roleStories>;
let domainId: string;
beforeAll(async () => {
  server = await startTestServer({ clock: { now: () => time }, statements });
  stories = roleStories(server);
  domainId = await server.domain();
}, 60_000);
afterAll(() => server.close());
beforeEach(() => {
  time = minutes(0);
  jump = null;
});

/** Somebody with a token for a day, whose role on the domain holds in these minutes only. */
async function holder(role: RoleName, from: number | null, until: number | null, expiresAt = minutes(1440)) {
  const scope = { type: 'domain', domainId } as const;
  const bearer = await server.token({ scope, role, expiresAt });
  const times = { notBefore: from === null ? null : minutes(from), expiresAt: until === null ? null : minutes(until) };
  await server.services.db
    .update(roleAssignments)
    .set(times)
    .where(eq(roleAssignments.userId, asId(bearer.userId)));
  return bearer;
}

let names = 0;
const createRole = (token: string) => stories.change('createRole', { name: `made-${++names}` }, token);
const made = () => stories.as({ type: 'system' }, 'reader').then((token) => stories.role(`made-${names}`, token));

describe('an assignment that ends while its holder’s write is under way', () => {
  test('forbidden: it does not carry the write, and the denial is audited', async () => {
    const { token, userId } = await holder('manager', null, 10);
    jump = minutes(10);
    expect(codeOf(await createRole(token))).toBe('FORBIDDEN');
    expect(jump).toBeNull();
    expect(await made()).toBeUndefined();
    expect(await stories.denialsOf(userId)).toHaveLength(1);
  });

  test('ok: it carries a write that comes just before its end', async () => {
    const { token } = await holder('manager', null, 10);
    jump = new Date(minutes(10).getTime() - 1);
    expect((await createRole(token)).body.data.createRole.role).toMatchObject({ name: `made-${names}` });
    expect(await made()).toBeDefined();
  });

  test('forbidden: it takes along nothing but itself: the role that is held beside it carries on alone', async () => {
    const { token, userId } = await holder('admin', null, 10);
    await server.assign(userId, 'manager', { type: 'domain', domainId });
    const user = { id: await server.user(domainId) };
    const give = (role: string) =>
      stories.change('grantRole', { user, role: { name: role }, scope: { domain: { id: domainId } } }, token);
    jump = minutes(10);
    expect(codeOf(await give('admin'))).toBe('FORBIDDEN');
    expect((await give('manager')).body.data.grantRole.roleAssignment).toMatchObject({ role: 'manager' });
  });

  test('refused: so does the end of the token', async () => {
    const { token } = await holder('manager', null, null, minutes(10));
    jump = minutes(10);
    expect(codeOf(await createRole(token))).toBe('UNAUTHENTICATED');
    expect(await made()).toBeUndefined();
  });
});

describe('the times of an assignment', () => {
  test('ok: it holds from its beginning until just before its end, without any change of rights', async () => {
    const { token } = await holder('reader', 5, 10);
    const rolesAt = async (minute: number) => {
      time = minutes(minute);
      return (await server.graphql('{ viewer { roles } }', {}, token)).body.data.viewer.roles;
    };
    expect([await rolesAt(4), await rolesAt(5), await rolesAt(9), await rolesAt(10)]).toEqual([
      [],
      ['reader'],
      ['reader'],
      [],
    ]);
  });

  test('ok: what ended can be given anew; conflict: what holds, or will, cannot be given twice', async () => {
    const admin = await stories.as({ type: 'domain', domainId }, 'admin');
    const input = {
      user: { id: await server.user(domainId) },
      role: { name: 'member' },
      scope: { domain: { id: domainId } },
    };
    const grant = async (more: object) => (await stories.changed('grantRole', { ...input, ...more }, admin)) as never;
    const first = await grant({ expiresAt: minutes(10) });
    expect(await grant({})).toMatchObject({ userErrors: [{ code: 'ALREADY_EXISTS' }] });
    time = minutes(10);
    const second = await grant({ notBefore: minutes(20) });
    expect(second).toMatchObject({ roleAssignment: { role: 'member' }, userErrors: [] });
    expect(second).not.toEqual(first);
    expect(await grant({})).toMatchObject({ userErrors: [{ code: 'ALREADY_EXISTS' }] });
  });

  test('invalid: an end that is past, or before the beginning', async () => {
    const admin = await stories.as({ type: 'domain', domainId }, 'admin');
    const input = {
      user: { id: await server.user(domainId) },
      role: { name: 'member' },
      scope: { domain: { id: domainId } },
    };
    for (const times of [{ expiresAt: minutes(0) }, { notBefore: minutes(9), expiresAt: minutes(9) }]) {
      const { userErrors } = await stories.changed('grantRole', { ...input, ...times }, admin);
      expect(userErrors).toMatchObject([{ code: 'INVALID', path: ['input', 'expiresAt'] }]);
    }
  });
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readEpoch } from '../../src/authority/index.js';
import { newId } from '../../src/platform/ids.js';
import { codeOf, type Json, startTestServer, type TestServer } from '../harness/server.js';

const ISSUE = `mutation ($input: IssueTokenInput!) {
  issueToken(input: $input) { token tokenId userErrors { code message path } } }`;
const TOKENS = '{ tokens { nodes { id isCurrent } } }';
const REVOKE_ALL = 'mutation ($input: RevokeTokensInput!) { revokeTokens(input: $input) { revokedCount } }';
const CREATE_USER = `mutation ($input: CreateUserInput!) {
  createUser(input: $input) { user { id mustChangePassword } userErrors { code path } } }`;
const SET_PASSWORD = `mutation ($input: SetUserPasswordInput!) {
  setUserPassword(input: $input) { user { id mustChangePassword } userErrors { code path } } }`;
const DISABLE = `mutation ($input: DisableUserInput!) {
  disableUser(input: $input) { user { isEnabled } userErrors { code path } } }`;
const ENABLE = `mutation ($input: EnableUserInput!) {
  enableUser(input: $input) { user { isEnabled } userErrors { code } } }`;
const VIEWER = '{ viewer { kind } }';
const AUDIT = '{ auditEntries(first: 200) { nodes { action requestId } } }';
const OLD = 'correct horse battery';
const NEW = 'staple correct horse';

let server: TestServer;
let domainId: string;
let manager: string;
let system: string;
beforeAll(async () => {
  server = await startTestServer();
  domainId = await server.domain('tenant');
  manager = (await server.token({ scope: { type: 'domain', domainId }, role: 'manager' })).token;
  system = (await server.token({ scope: { type: 'system' }, role: 'admin' })).token;
}, 60_000);
afterAll(() => server.close());

const statusOf = async (token: string) => (await server.graphql(VIEWER, {}, token)).status;
const logIn = (user: string, password: string, newPassword?: string) =>
  server.graphql(ISSUE, { input: { proof: { password: { user, domain: 'tenant', password, newPassword } } } });
const tokenIn = (answer: { body: Json }): string => answer.body.data.issueToken.token;

/** A user that chose its password itself. */
async function person(name: string): Promise<string> {
  const { token } = await server.token({ scope: { type: 'domain', domainId }, role: 'admin' });
  const input = { name, password: OLD, mustChangePassword: false };
  return (await server.graphql(CREATE_USER, { input }, token)).body.data.createUser.user.id;
}

describe('Query.tokens', () => {
  test('ok: one’s own that count, and which of them is in use', async () => {
    const one = await server.token({ scope: { type: 'unscoped' } });
    const { body } = await server.graphql(ISSUE, { input: { proof: { token: one.token } } });
    await server.token({ scope: { type: 'unscoped' }, userId: one.userId, expiresAt: new Date(0) });
    await server.token({ scope: { type: 'unscoped' } });
    const { nodes } = (await server.graphql(TOKENS, {}, body.data.issueToken.token)).body.data.tokens;
    expect(nodes).toHaveLength(2);
    expect(nodes.filter((token: Json) => token.isCurrent)).toEqual([
      { id: body.data.issueToken.tokenId, isCurrent: true },
    ]);
  });
});

describe('Mutation.revokeTokens', () => {
  test('ok: all of one’s own, that in use included, and a session of nobody else', async () => {
    const one = await server.token({ scope: { type: 'unscoped' } });
    const second = await server.token({ scope: { type: 'unscoped' }, userId: one.userId });
    const other = await server.token({ scope: { type: 'unscoped' } });
    const answer = await server.graphql(REVOKE_ALL, { input: {} }, one.token);
    expect(answer.body.data.revokeTokens.revokedCount).toBe(2);
    expect(await Promise.all([one, second, other].map(({ token }) => statusOf(token)))).toEqual([401, 401, 200]);
  });

  test('ok: those of a user of the own domain, by a manager that could give all that the user holds', async () => {
    const scope = await server.project(domainId);
    const { token, userId } = await server.token({ scope, role: 'member' });
    const input = { user: { id: userId } };
    expect((await server.graphql(REVOKE_ALL, { input }, manager)).body.data.revokeTokens.revokedCount).toBe(1);
    expect(await statusOf(token)).toBe(401);
    await server.assign(userId, 'admin', scope);
    expect(codeOf(await server.graphql(REVOKE_ALL, { input }, manager))).toBe('FORBIDDEN');
    expect((await server.graphql(REVOKE_ALL, { input }, system)).body.data.revokeTokens.revokedCount).toBe(0);
  });

  test('hidden: a user that one cannot read is answered like one that does not exist', async () => {
    const userId = await server.user(await server.domain());
    const { token: unscoped } = await server.token({ scope: { type: 'unscoped' }, homeDomainId: domainId });
    for (const token of [manager, unscoped]) {
      const hidden = await server.graphql(REVOKE_ALL, { input: { user: { id: userId } } }, token);
      const missing = await server.graphql(REVOKE_ALL, { input: { user: { id: newId('User') } } }, token);
      expect([codeOf(hidden), hidden.comparable]).toEqual(['NOT_FOUND', missing.comparable]);
    }
  });
});

describe('a log-in by a name that no text can be', () => {
  test('refused: as a name that nobody has, also when a user has the name that a driver would send instead', async () => {
    await person('j\ufffd');
    expect((await logIn('j\ufffd', OLD)).body.errors).toBeUndefined();
    const unknown = await logIn('nobody', OLD);
    for (const name of ['j\ud800', 'j\udfff', 'j\0'])
      expect((await logIn(name, OLD)).comparable, JSON.stringify(name)).toEqual(unknown.comparable);
    expect(codeOf(unknown)).toBe('UNAUTHENTICATED');
  });
});

describe('a new password', () => {
  test('ok: with the old one in one log-in; all other sessions end', async () => {
    await person('ann');
    const before = tokenIn(await logIn('ann', OLD));
    const after = tokenIn(await logIn('ann', OLD, NEW));
    expect([await statusOf(before), await statusOf(after)]).toEqual([401, 200]);
    expect(codeOf(await logIn('ann', OLD))).toBe('UNAUTHENTICATED');
    expect((await logIn('ann', NEW)).body.errors).toBeUndefined();
  });

  test('ok: chosen or set, it moves the authorization epoch, so whoever acts by the old one is asked again', async () => {
    const { db } = server.services;
    const moved = async (change: () => Promise<{ body: Json }>) => {
      const before = await readEpoch(db);
      expect((await change()).body.errors).toBeUndefined();
      return (await readEpoch(db)) - before;
    };
    const id = await person('hal');
    expect(await moved(() => logIn('hal', OLD))).toBe(0);
    expect(await moved(() => logIn('hal', OLD, NEW))).toBe(1);
    const input = { user: { id }, password: OLD };
    expect(await moved(() => server.graphql(SET_PASSWORD, { input }, manager))).toBe(1);
  });

  test('invalid: one that is too short, and the one that it replaces; nothing ends', async () => {
    await person('bob');
    const before = tokenIn(await logIn('bob', OLD));
    for (const password of ['short', OLD]) {
      const { userErrors } = (await logIn('bob', OLD, password)).body.data.issueToken;
      expect(userErrors).toMatchObject([{ code: 'INVALID', path: ['input', 'proof', 'password', 'newPassword'] }]);
    }
    expect(await statusOf(before)).toBe(200);
  });

  test('conflict: of two changes at once one counts, and the other gives no token', async () => {
    await person('gus');
    const answers = await Promise.all([logIn('gus', OLD, NEW), logIn('gus', OLD, 'yet another password')]);
    expect(answers.map((answer) => codeOf(answer)).sort()).toEqual(['UNAUTHENTICATED', undefined]);
    const kept = answers[0] && codeOf(answers[0]) === undefined ? NEW : 'yet another password';
    expect((await logIn('gus', kept)).body.errors).toBeUndefined();
  });

  test('refused: a wrong old password changes nothing', async () => {
    await person('cid');
    expect(codeOf(await logIn('cid', NEW, 'yet another password'))).toBe('UNAUTHENTICATED');
    expect((await logIn('cid', OLD)).body.errors).toBeUndefined();
  });

  test('refused: a password that somebody else chose gives no token, and says so to who knows it only', async () => {
    const { token } = await server.token({ scope: { type: 'domain', domainId }, role: 'admin' });
    const made = await server.graphql(CREATE_USER, { input: { name: 'dan', password: OLD } }, token);
    expect(made.body.data.createUser.user.mustChangePassword).toBe(true);
    const refused = await logIn('dan', OLD);
    expect(refused.body.errors[0].extensions).toMatchObject({
      code: 'UNAUTHENTICATED',
      reason: 'PASSWORD_CHANGE_REQUIRED',
    });
    expect(refused.body.data.issueToken).toBeNull();
    expect((await logIn('dan', NEW)).comparable).toBe((await logIn('nobody', NEW)).comparable);
    expect(await statusOf(tokenIn(await logIn('dan', OLD, NEW)))).toBe(200);
    expect((await logIn('dan', NEW)).body.errors).toBeUndefined();
  });
});

describe('Mutation.setUserPassword', () => {
  test('ok: by a manager of the domain; sessions end, and the user must choose another', async () => {
    const id = await person('eve');
    const session = tokenIn(await logIn('eve', OLD));
    const input = { user: { inDomain: { name: 'eve', domain: 'tenant' } }, password: NEW };
    const { body } = await server.graphql(SET_PASSWORD, { input }, manager);
    expect(body.data.setUserPassword).toEqual({ user: { id, mustChangePassword: true }, userErrors: [] });
    const free = { ...input, mustChangePassword: false };
    const chosen = (await server.graphql(SET_PASSWORD, { input: free }, manager)).body.data.setUserPassword;
    expect(chosen).toEqual({ user: { id, mustChangePassword: false }, userErrors: [] });
    const unsaid = { ...input, mustChangePassword: null };
    const again = (await server.graphql(SET_PASSWORD, { input: unsaid }, manager)).body.data.setUserPassword;
    expect(again).toEqual({ user: { id, mustChangePassword: true }, userErrors: [] });
    expect(await statusOf(session)).toBe(401);
    expect((await logIn('eve', NEW)).body.errors[0].extensions.reason).toBe('PASSWORD_CHANGE_REQUIRED');
  });

  test('invalid: one’s own, a short one; stale: an etag of before', async () => {
    const { token, userId } = await server.token({ scope: { type: 'domain', domainId }, role: 'manager' });
    const set = async (user: string, more: object) =>
      (await server.graphql(SET_PASSWORD, { input: { user: { id: user }, password: NEW, ...more } }, token)).body.data
        .setUserPassword.userErrors;
    expect(await set(userId, {})).toEqual([{ code: 'INVALID', path: ['input', 'user'] }]);
    const other = await server.user(domainId);
    expect(await set(other, { password: 'short' })).toEqual([{ code: 'INVALID', path: ['input', 'password'] }]);
    expect(await set(other, { etag: 'of-before' })).toEqual([{ code: 'STALE_ETAG', path: ['input', 'etag'] }]);
    expect(await set(other, {})).toEqual([]);
  });

  test('forbidden: a reader of the domain; hidden: a user elsewhere', async () => {
    const { token } = await server.token({ scope: { type: 'domain', domainId }, role: 'reader' });
    const user = await server.user(domainId);
    const set = (id: string, by: string) =>
      server.graphql(SET_PASSWORD, { input: { user: { id }, password: NEW } }, by);
    expect(codeOf(await set(user, token))).toBe('FORBIDDEN');
    const foreign = await set(await server.user(await server.domain()), manager);
    expect([codeOf(foreign), foreign.comparable]).toEqual([
      'NOT_FOUND',
      (await set(newId('User'), manager)).comparable,
    ]);
  });
});

describe('what the system does to a user', () => {
  test('audited: in the log of the user’s domain, and of no other', async () => {
    const { userId } = await server.token({ scope: { type: 'domain', domainId } });
    const user = { id: userId };
    const changes = [
      [REVOKE_ALL, { user }],
      [SET_PASSWORD, { user, password: NEW }],
      [DISABLE, { user }],
      [ENABLE, { user }],
    ] as const;
    const requestIds: string[] = [];
    for (const [change, input] of changes) requestIds.push((await server.graphql(change, { input }, system)).requestId);
    const seenIn = async (scope: string) => {
      const { token } = await server.token({ scope: { type: 'domain', domainId: scope }, role: 'reader' });
      const { nodes } = (await server.graphql(AUDIT, {}, token)).body.data.auditEntries;
      return requestIds
        .flatMap((id) => nodes.filter((entry: Json) => entry.requestId === id))
        .map(({ action }) => action);
    };
    expect(await seenIn(domainId)).toEqual(['TOKENS_REVOKED', 'USER_PASSWORD_SET', 'USER_DISABLED', 'USER_ENABLED']);
    expect(await seenIn(await server.domain())).toEqual([]);
  });
});

describe('Mutation.disableUser', () => {
  test('ok: sessions end and none begins, until it is enabled; what ended stays so', async () => {
    const id = await person('fay');
    const session = tokenIn(await logIn('fay', OLD));
    const input = { user: { id } };
    const disabled = await server.graphql(DISABLE, { input }, manager);
    expect(disabled.body.data.disableUser).toEqual({ user: { isEnabled: false }, userErrors: [] });
    expect(await statusOf(session)).toBe(401);
    expect((await logIn('fay', OLD)).comparable).toBe((await logIn('fay', NEW)).comparable);
    expect((await server.graphql(ENABLE, { input }, manager)).body.data.enableUser.user.isEnabled).toBe(true);
    expect(await statusOf(session)).toBe(401);
    expect(await statusOf(tokenIn(await logIn('fay', OLD)))).toBe(200);
  });

  test('refused: the password that somebody else chose is not known to be right while the user is disabled', async () => {
    const { token } = await server.token({ scope: { type: 'domain', domainId }, role: 'admin' });
    const made = await server.graphql(CREATE_USER, { input: { name: 'ida', password: OLD } }, token);
    await server.graphql(DISABLE, { input: { user: { id: made.body.data.createUser.user.id } } }, manager);
    const wrong = await logIn('ida', NEW);
    expect((await logIn('ida', OLD)).comparable).toBe(wrong.comparable);
    // Nor does a new password tell it, whatever is wrong with that.
    for (const password of [OLD, 'yet another password'])
      expect((await logIn('ida', OLD, password)).comparable).toBe(wrong.comparable);
  });

  test('forbidden: a user that holds more than one could give', async () => {
    const { userId } = await server.token({ scope: { type: 'domain', domainId }, role: 'admin' });
    const answer = await server.graphql(DISABLE, { input: { user: { id: userId } } }, manager);
    expect(answer.body.errors[0].extensions).toMatchObject({ code: 'FORBIDDEN', policy: 'assignment:grant' });
  });
});

import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { auditEntries } from '../../src/audit/entries/tables.js';
import { CannotRecover, recoverAdmin } from '../../src/identity/recovery.js';
import { BY_SERVER, passwordMatches } from '../../src/identity/users/index.js';
import { users } from '../../src/identity/users/tables.js';
import { asId } from '../harness/ids.js';
import { basic, codeOf, startTestServer, type TestServer } from '../harness/server.js';

const SET = `mutation ($input: SetPolicyOverridesInput!) {
  done: setPolicyOverrides(input: $input) { revision { number } userErrors { code } } }`;
const CREATE = `mutation ($input: CreateApiCredentialInput!) {
  createApiCredential(input: $input) { apiCredential { id } key } }`;
const VIEWER = '{ viewer { roles scope { type } } }';

let server: TestServer;
let admin: string;
const folder = mkdtempSync(join(tmpdir(), 'bailiwick-recovery-'));
beforeAll(async () => {
  server = await startTestServer();
  ({ token: admin } = await server.token({ scope: { type: 'system' }, role: 'admin' }));
}, 60_000);
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

let count = 0;
async function recover(user: string, more: { removesOverrides?: boolean; domain?: string } = {}) {
  const passwordPath = join(folder, `password-${++count}`);
  const recovery = { user, domain: 'default', removesOverrides: false, reason: 'locked out', passwordPath, ...more };
  await recoverAdmin(server.services, recovery);
  return { passwordPath, password: readFileSync(passwordPath, 'utf8').trim() };
}
async function userNamed(name: string) {
  const [row] = await server.services.db.select().from(users).where(eq(users.name, name));
  if (!row) throw new Error(`no user ${name}`);
  return row;
}
const isAdmin = async (userId: string) => {
  const { token } = await server.token({ scope: { type: 'system' }, userId });
  return (await server.graphql(VIEWER, {}, token)).body.data.viewer.roles.includes('admin');
};

describe('recoverAdmin', () => {
  test('ok: a new user is administrator of the system, with a password that only its file tells', async () => {
    const { password, passwordPath } = await recover('rescuer');
    const row = await userNamed('rescuer');
    expect(statSync(passwordPath).mode & 0o777).toBe(0o600);
    expect(await passwordMatches(password, row.passwordHash, 8, BY_SERVER)).toBe(true);
    expect(row).toMatchObject({ isEnabled: true, mustChangePassword: true });
    expect(await isAdmin(row.id)).toBe(true);
  });

  test('ok: a user that was disabled comes back, and its old tokens and API credentials do not', async () => {
    const { userId, token } = await server.token({ scope: { type: 'system' }, role: 'reader' });
    const input = { name: 'script', expiresAt: new Date(Date.now() + 3_600_000).toISOString() };
    const { apiCredential, key } = (await server.graphql(CREATE, { input }, token)).body.data.createApiCredential;
    const shown = basic({ id: apiCredential.id, key });
    expect((await server.graphql(VIEWER, {}, shown)).status).toBe(200);
    const { name } = (
      await server.services.db
        .select()
        .from(users)
        .where(eq(users.id, asId(userId)))
    )[0] ?? { name: '' };
    await server.services.db
      .update(users)
      .set({ isEnabled: false })
      .where(eq(users.id, asId(userId)));
    const { password } = await recover(name);
    const row = await userNamed(name);
    expect([row.id, row.isEnabled]).toEqual([userId, true]);
    expect(await passwordMatches(password, row.passwordHash, 8, BY_SERVER)).toBe(true);
    for (const old of [token, shown]) expect(codeOf(await server.graphql(VIEWER, {}, old))).toBe('UNAUTHENTICATED');
    expect(await isAdmin(userId)).toBe(true);
  });

  test('ok: overrides are removed when that is asked for, and a server that runs knows at once', async () => {
    const input = { overrides: [{ name: 'domain:get', check: '!' }], baseRevision: 0 };
    const { body } = await server.graphql(SET, { input }, admin);
    expect(body.data.done.userErrors).toEqual([]);
    const domains = () => server.graphql('{ domains { nodes { id } } }', {}, admin);
    await recover('keeps-them');
    expect(codeOf(await domains())).toBe('FORBIDDEN');
    await recover('removes-them', { removesOverrides: true });
    expect(codeOf(await domains())).toBeUndefined();
    const revision = await server.graphql('{ policyRevision { rolledBackTo user { id } reason } }', {}, admin);
    expect(revision.body.data.policyRevision).toEqual({ rolledBackTo: 0, user: null, reason: 'locked out' });
  });

  test('audited: who was made administrator and why, without the password', async () => {
    const { password } = await recover('audited');
    const { id } = await userNamed('audited');
    const [entry] = await server.services.db.select().from(auditEntries).where(eq(auditEntries.targetId, id));
    expect(entry).toMatchObject({ action: 'system.admin_recovered', outcome: 'ALLOWED', requestId: 'recover-admin' });
    expect(entry?.details).toMatchObject({ user: 'audited', domain: 'default', reason: 'locked out' });
    expect(JSON.stringify(entry)).not.toContain(password);
  });

  test('refused: a file that is there is not written over', async () => {
    const passwordPath = join(folder, 'taken');
    writeFileSync(passwordPath, 'mine');
    const recovery = { user: 'nobody', domain: 'default', removesOverrides: false, passwordPath };
    await expect(recoverAdmin(server.services, recovery)).rejects.toThrow(CannotRecover);
    expect(readFileSync(passwordPath, 'utf8')).toBe('mine');
  });

  test('refused: an unknown domain, and no password is left behind', async () => {
    await expect(recover('nobody', { domain: 'nowhere' })).rejects.toThrow('There is no domain nowhere.');
    expect(() => statSync(join(folder, `password-${count}`))).toThrow('ENOENT');
  });
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bumpEpoch } from '../../src/authority/index.js';
import { roleAssignments } from '../../src/identity/assignments/tables.js';
import { newId } from '../../src/platform/ids.js';
import { asIds } from '../harness/ids.js';
import { codeOf, type Json, startTestServer, type TestServer } from '../harness/server.js';
import { roleStories } from './role-stories.js';

let server: TestServer;
let stories: ReturnType<typeof roleStories>;
let system: string;
let domainId: string;
let admin: string;
let manager: string;
beforeAll(async () => {
  server = await startTestServer();
  stories = roleStories(server);
  system = await stories.as({ type: 'system' }, 'admin');
  domainId = await server.domain();
  admin = await stories.as({ type: 'domain', domainId }, 'admin');
  manager = await stories.as({ type: 'domain', domainId }, 'manager');
}, 60_000);
afterAll(() => server.close());

const errorsOf = ({ body }: Awaited<ReturnType<typeof stories.imply>>): Json[] => body.data.addImpliedRole.userErrors;

async function unimply(role: string, implied: string, token: string) {
  const { id: roleId, etag } = await stories.role(role, token);
  const { id: impliedRoleId } = await stories.role(implied, token);
  return stories.change('removeImpliedRole', { role: { id: roleId }, impliedRole: { id: impliedRoleId }, etag }, token);
}

/** A user of the domain who is given a role of it there. */
async function holderOf(roleId: string, scope: object = { domain: { id: domainId } }) {
  const userId = await server.user(domainId);
  await stories.changed('grantRole', { user: { id: userId }, role: { id: roleId }, scope }, system);
  return userId;
}

describe('Mutation.addImpliedRole', () => {
  test('ok: a domain’s role brings the global roles that it implies, through others too, and never its own name', async () => {
    const { id } = await stories.create('oncall', manager);
    const userId = await holderOf(id);
    const rolesNow = () => stories.rolesOf(userId, { type: 'domain', domainId });
    expect(await rolesNow()).toEqual([]);
    await stories.create('standby', manager);
    const { body } = await stories.imply('oncall', 'standby', manager);
    expect(body.data.addImpliedRole.role).toMatchObject({ implies: [], impliedRoles: [{ name: 'standby' }] });
    expect(await rolesNow()).toEqual([]);
    await stories.imply('standby', 'member', manager);
    expect(await rolesNow()).toEqual(['member', 'reader']);
    expect(await stories.role('oncall', manager)).toMatchObject({ implies: ['member', 'reader'] });
  });

  test('ok: a domain’s role that is called like a global one is none', async () => {
    await stories.create('inspector', system);
    const { id } = await stories.create('inspector', manager);
    const userId = await holderOf(id);
    expect(await stories.rolesOf(userId, { type: 'domain', domainId })).toEqual([]);
  });

  test('invalid: a cycle, which is named, of one role, of two and of three', async () => {
    for (const name of ['ring-a', 'ring-b', 'ring-c']) await stories.create(name, manager);
    await stories.imply('ring-a', 'ring-b', manager);
    await stories.imply('ring-b', 'ring-c', manager);
    for (const [role, implied, cycle] of [
      ['ring-a', 'ring-a', 'ring-a → ring-a'],
      ['ring-b', 'ring-a', 'ring-b → ring-a → ring-b'],
      ['ring-c', 'ring-a', 'ring-c → ring-a → ring-b → ring-c'],
    ] as const) {
      const errors = errorsOf(await stories.imply(role, implied, manager));
      expect(errors).toMatchObject([{ code: 'INVALID', path: ['input', 'impliedRole'] }]);
      expect(errors[0].message).toBe(`This would close a cycle: ${cycle}.`);
    }
  });

  test('invalid: nothing implies admin; a global role implies no domain’s; a domain’s role none of another domain', async () => {
    await stories.create('boss', admin);
    const superglobal = await stories.create('superglobal', system);
    for (const [role, token] of [
      ['boss', admin],
      ['superglobal', system],
    ] as const) {
      const errors = errorsOf(await stories.imply(role, 'admin', token));
      expect(errors).toMatchObject([{ code: 'INVALID', message: 'No role can imply admin.' }]);
    }
    const other = await stories.as({ type: 'domain', domainId: await server.domain() }, 'manager');
    const theirs = await stories.create('theirs', other);
    const boss = await stories.role('boss', admin);
    for (const [{ id: roleId, etag }, message] of [
      [superglobal, 'A global role can imply only global roles.'],
      [boss, 'A domain’s role can imply only global roles and roles of its domain.'],
    ] as const) {
      const input = { role: { id: roleId }, etag, impliedRole: { id: theirs.id } };
      const { userErrors } = await stories.changed('addImpliedRole', input, system);
      expect(userErrors).toMatchObject([{ code: 'INVALID', message, path: ['input', 'impliedRole'] }]);
    }
  });

  test('stale: what was read of a role before it implied another', async () => {
    const { id, etag } = await stories.create('grown', manager);
    const imply = (await stories.imply('grown', 'reader', manager)).body.data.addImpliedRole;
    expect(imply.role.etag).not.toBe(etag);
    const input = { role: { id }, etag, description: 'as it was' };
    const { userErrors } = await stories.changed('updateRole', input, manager);
    expect(userErrors).toMatchObject([{ code: 'STALE_ETAG' }]);
  });

  test('conflict: what is implied already; stale: an etag of before', async () => {
    const { id: roleId, etag } = await stories.create('twice', manager);
    await stories.imply('twice', 'reader', manager);
    expect(errorsOf(await stories.imply('twice', 'reader', manager))).toMatchObject([{ code: 'ALREADY_EXISTS' }]);
    const { id: impliedRoleId } = await stories.role('member', manager);
    const { userErrors } = await stories.changed(
      'addImpliedRole',
      { role: { id: roleId }, impliedRole: { id: impliedRoleId }, etag },
      manager,
    );
    expect(userErrors).toMatchObject([{ code: 'STALE_ETAG' }]);
  });

  test('limit: at most 10 implications in a row, counted from both ends, and 32 of one role', async () => {
    const token = await stories.as({ type: 'domain', domainId: await server.domain() }, 'manager');
    const chain = Array.from({ length: 12 }, (_, index) => `chain-${index}`);
    for (const name of chain) await stories.create(name, token);
    for (let index = 0; index < 12; index++) {
      if (index === 5 || index === 11) continue;
      expect(errorsOf(await stories.imply(`chain-${index}`, `chain-${index + 1}`, token))).toEqual([]);
    }
    expect(errorsOf(await stories.imply('chain-5', 'chain-6', token))).toMatchObject([{ code: 'LIMIT_REACHED' }]);
    expect(errorsOf(await stories.imply('chain-5', 'chain-7', token))).toEqual([]);

    await stories.create('wide', token);
    for (let index = 0; index < 33; index++) {
      await stories.create(`leaf-${index}`, token);
      const errors = errorsOf(await stories.imply('wide', `leaf-${index}`, token));
      expect(errors.map(({ code }) => code)).toEqual(index < 32 ? [] : ['LIMIT_REACHED']);
    }
  });

  test('forbidden: a role that is given where the caller may give nothing, under its own name or through another', async () => {
    const places = [
      { scopeType: 'system', domainId: null },
      { scopeType: 'domain', domainId: await server.domain() },
    ] as const;
    for (const [index, place] of places.entries()) {
      await stories.create(`lower-${index}`, manager);
      const upper = await stories.create(`upper-${index}`, manager);
      await stories.imply(`upper-${index}`, `lower-${index}`, manager);
      expect(errorsOf(await stories.imply(`lower-${index}`, 'reader', manager))).toEqual([]);
      // No operation gives it there; were it so all the same, it must not be made to bring more.
      const { db, clock } = server.services;
      const row = { id: newId('RoleAssignment'), roleId: upper.id, isInherited: false, createdAt: clock.now() };
      await db.insert(roleAssignments).values(asIds({ ...row, ...place, userId: await server.user(domainId) }));
      await db.transaction(bumpEpoch);
      for (const role of [`lower-${index}`, `upper-${index}`]) {
        expect(codeOf(await stories.imply(role, 'member', manager)), role).toBe('FORBIDDEN');
      }
      expect(codeOf(await unimply(`lower-${index}`, 'reader', manager))).toBe('FORBIDDEN');
      expect(codeOf(await unimply(`lower-${index}`, 'reader', system))).toBeUndefined();
    }
  });
});

describe('Mutation.removeImpliedRole', () => {
  test('ok: whoever held the role holds the other no longer, at once', async () => {
    const { id } = await stories.create('fading', manager);
    await stories.imply('fading', 'manager', manager);
    const userId = await holderOf(id);
    const { token } = await server.token({ scope: { type: 'domain', domainId }, userId });
    const { role } = (await stories.change('createRole', { name: 'by-holder' }, token)).body.data.createRole;
    expect(role).toMatchObject({ name: 'by-holder' });
    expect(codeOf(await unimply('fading', 'manager', manager))).toBeUndefined();
    expect(codeOf(await stories.change('createRole', { name: 'no-more' }, token))).toBe('FORBIDDEN');
    const again = (await unimply('fading', 'manager', manager)).body.data.removeImpliedRole;
    expect(again.userErrors).toMatchObject([{ code: 'INVALID', path: ['input', 'impliedRole'] }]);
  });

  test('forbidden: who could not give what it brings does not take it away either', async () => {
    await stories.create('machine', admin);
    expect(errorsOf(await stories.imply('machine', 'service', admin))).toEqual([]);
    expect(codeOf(await unimply('machine', 'service', manager))).toBe('FORBIDDEN');
    expect(codeOf(await unimply('machine', 'service', admin))).toBeUndefined();
  });
});

test('audited: each change of a role or of what it implies leaves an entry that its domain reads', async () => {
  const role = await stories.create('watched', manager);
  await stories.imply('watched', 'reader', manager);
  await unimply('watched', 'reader', manager);
  const { etag } = await stories.role('watched', manager);
  await stories.changed('deleteRole', { role: { id: role.id }, etag }, manager);
  const query = 'query ($id: ID!) { auditEntries(filter: { targetIds: [$id] }) { nodes { action details } } }';
  const { body } = await server.graphql(
    query,
    { id: role.id },
    await stories.as({ type: 'domain', domainId }, 'reader'),
  );
  const entries = body.data.auditEntries.nodes.map(({ action, details }: Json) => [action, details.implied ?? null]);
  expect(entries.sort()).toEqual([
    ['ROLE_CREATED', null],
    ['ROLE_DELETED', null],
    ['ROLE_IMPLICATION_ADDED', 'reader'],
    ['ROLE_IMPLICATION_REMOVED', 'reader'],
  ]);
});

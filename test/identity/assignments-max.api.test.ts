import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../harness/server.js';
import { asking } from './asking.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

test('invalid: the 5,001st role assignment of a user; ok: in the place of one that ended', async () => {
  const { db } = server.services;
  const ask = asking(server);
  const { domainId, token } = await ask.tenant('admin');
  const userId = await server.user(domainId);
  // As many as grantRole would take minutes to make.
  await db.execute(sql`insert into roles (id, domain_id, name, is_immutable)
    select 'role-' || n, ${domainId}, 'role-' || n, false from generate_series(1, 4999) n`);
  await db.execute(sql`
    insert into role_assignments (id, user_id, role_id, scope_type, domain_id, is_inherited, created_at, expires_at)
    select 'held-' || n, ${userId}, 'role-' || n, 'domain', ${domainId}, false, now(),
      case n when 1 then timestamptz '2001-01-01' end
    from generate_series(1, 4999) n`);
  const grant = async (role: object) => {
    const input = { user: { id: userId }, role, scope: { domain: { id: domainId } } };
    return (await ask.send('grantRole', '__typename', input, token)).errors;
  };
  expect(await grant({ name: 'reader' })).toEqual([]);
  expect(await grant({ name: 'member' })).toEqual([expect.stringMatching(/^LIMIT_REACHED .*5000 role assignments/)]);
  expect(await grant({ id: 'role-1' })).toEqual([]);
  expect(await grant({ name: 'member' })).toEqual([expect.stringContaining('LIMIT_REACHED')]);
});

import { eq } from 'drizzle-orm';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allPolicies } from '../../../src/app.js';
import type { Actor } from '../../../src/authority/index.js';
import { agents } from '../../../src/identity/agents/tables.js';
import { authenticate } from '../../../src/identity/index.js';
import { projects } from '../../../src/identity/projects/tables.js';
import { users } from '../../../src/identity/users/tables.js';
import type { PolicyName } from '../../../src/platform/policy/index.js';
import { asId } from '../../harness/ids.js';
import { type Json, startTestServer, type TestScope, type TestServer } from '../../harness/server.js';
import { WHO_CAN_BRIEFLY } from './story.js';

type Place = { readonly scope: TestScope; readonly ref: object };
type Project = { readonly type: 'project'; readonly domainId: string; readonly projectId: string };

const policies = allPolicies();
let server: TestServer;
let scopes: Place[];
let actors: { userId: string; at: Place; actor: Actor }[];
let userIds: string[];
let tenant: string;
let nested: Project[];
let domainReader: string;
let systemReader: string;

/** Many users with random assignments in two domains, with groups, nested projects and roles that imply others. */
beforeAll(async () => {
  server = await startTestServer();
  tenant = await server.domain('tenant');
  const other = await server.domain('other');
  const outer = await server.project(tenant, 'outer');
  const inner = await server.child(outer, 'inner');
  nested = [outer, inner, await server.project(tenant, 'beside')];
  const away = await server.project(other, 'away');
  userIds = [];
  for (let n = 0; n < 24; n += 1) userIds.push(await server.user(n % 6 === 5 ? other : tenant));
  const named = ['admin', 'manager', 'member', 'reader', 'service'];
  const roles = await Promise.all(named.map((name) => server.roleId(name)));
  roles.push(
    await server.role('operations', tenant, roles[1] ?? '', roles[4] ?? ''),
    await server.role('auditor', null, roles[3] ?? ''),
  );
  const groups: string[] = [];
  for (const members of fc.sample(fc.subarray(userIds, { minLength: 1, maxLength: 4 }), { numRuns: 5, seed: 3 }))
    groups.push(await server.group(tenant, `group-${groups.length}`, ...members));
  const places = [
    {},
    { domainId: tenant },
    { domainId: other },
    ...[...nested, away].map(({ type: _, ...ids }) => ids),
  ];
  const given = fc.record({
    holder: fc.oneof(
      { arbitrary: fc.constantFrom(...userIds).map((userId) => ({ userId })), weight: 4 },
      { arbitrary: fc.constantFrom(...groups).map((groupId) => ({ groupId })), weight: 1 },
    ),
    roleId: fc.constantFrom(...roles),
    place: fc.constantFrom(...places),
    isInherited: fc.boolean(),
    isPast: fc.constantFrom(false, false, false, true),
  });
  const isDistinct = new Set<string>();
  for (const { holder, roleId, place, isInherited, isPast } of fc.sample(given, { numRuns: 120, seed: 11 })) {
    // A domain's role is given in its domain only.
    if (roleId === roles[5] && !('domainId' in place && place.domainId === tenant)) continue;
    const row = { ...holder, roleId, ...place, isInherited: isInherited && 'domainId' in place };
    if (isDistinct.has(JSON.stringify(row))) continue;
    isDistinct.add(JSON.stringify(row));
    await server.give({ ...row, ...(isPast && { expiresAt: new Date(0) }) });
  }
  scopes = [
    { scope: { type: 'system' }, ref: { system: true } },
    ...[tenant, other].map((domainId) => ({
      scope: { type: 'domain', domainId } as const,
      ref: { domain: { id: domainId } },
    })),
    ...[...nested, away].map((scope) => ({ scope, ref: { project: { id: scope.projectId } } })),
  ];
  for (const project of nested) await server.agent(project);
  domainReader = (await server.token({ scope: { type: 'domain', domainId: tenant }, role: 'reader' })).token;
  systemReader = (await server.token({ scope: { type: 'system' }, role: 'reader' })).token;
  actors = await readActors();
}, 60_000);
afterAll(() => server.close());

/** Everybody with a token of each scope, as a request would have it. */
async function readActors(): Promise<typeof actors> {
  const { services, database } = server;
  const everybody = await services.db.select({ id: users.id }).from(users);
  const found: typeof actors = [];
  for (const { id: userId } of everybody) {
    for (const at of scopes) {
      const { token } = await server.token({ scope: at.scope, userId });
      found.push({ userId, at, actor: await authenticate(services.db, database, token, services.clock.now()) });
    }
  }
  return found;
}

/** Who is allowed on the row with a token of one of the scopes, as each request is decided. */
function truth(policy: PolicyName, row: object, only?: Place): Set<string> {
  const able = actors.filter(({ actor, at }) => {
    const hasRoles = (actor.credentials.roles ?? []).length > 0 && (only === undefined || at === only);
    return hasRoles && policies.decideRow(policy, actor, row).outcome === 'ALLOWED';
  });
  return new Set(able.map(({ userId }) => userId));
}

async function ask(policy: string, target: string, token: string, scope: object | null = null): Promise<Json> {
  const { body } = await server.graphql(WHO_CAN_BRIEFLY, { policy, target, scope, first: 200 }, token);
  return body.data.whoCan;
}

async function compare(policy: PolicyName, row: { id: string }, token: string, at?: Place) {
  const told = await ask(policy, row.id, token, at?.ref ?? null);
  expect(told.openScopeTypes).toEqual([]);
  const able = truth(policy, row, at);
  const shown: string[] = told.nodes.map(({ user }: Json) => user.id);
  expect(shown.filter((id) => !able.has(id))).toEqual([]);
  expect(shown.length + told.hiddenCount).toBe(able.size);
  return { able, told, shown };
}

describe('Query.whoCan', () => {
  test('ok: tells of nobody who is refused, and leaves out nobody who is not', async () => {
    const { db } = server.services;
    const counts = { able: 0, hidden: 0 };
    for (const { projectId } of nested) {
      const [agent] = await db
        .select()
        .from(agents)
        .where(eq(agents.projectId, asId(projectId)));
      const [project] = await db
        .select()
        .from(projects)
        .where(eq(projects.id, asId(projectId)));
      if (!agent || !project) throw new Error('no target');
      for (const policy of ['agent:ban', 'agent:bind_allowlist'] as const) {
        const { able, told } = await compare(policy, agent, domainReader);
        counts.able += able.size;
        counts.hidden += told.hiddenCount;
      }
      const { told, able } = await compare('project:get', project, systemReader);
      expect([told.hiddenCount, told.nodes.length]).toEqual([0, able.size]);
    }
    expect(counts.able).toBeGreaterThan(20);
    expect(counts.hidden).toBeGreaterThan(2);
    expect(counts.hidden).toBeLessThan(counts.able / 2);
  });

  test('ok: at each scope, of a policy that looks at who asks', async () => {
    const [target] = await server.services.db
      .select()
      .from(users)
      .where(eq(users.id, asId(userIds[0] ?? '')));
    if (!target) throw new Error('no target');
    let able = 0;
    for (const at of scopes) able += (await compare('user:get', target, systemReader, at)).able.size;
    expect(able).toBeGreaterThan(5);
  });
});

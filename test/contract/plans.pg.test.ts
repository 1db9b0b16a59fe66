import { readFileSync, writeFileSync } from 'node:fs';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DOMAINS } from '../../src/domains.js';
import { buildSchema } from '../../src/server/graphql/schema.js';
import { openTestPostgres } from '../harness/engine.js';
import { startTestServer, type TestServer } from '../harness/server.js';
import { fillFleet } from './plans/fleet.js';
import { type Ask, asksBelow, asksOf } from './plans/lists.js';
import { linesOf, type PlanNode, walksOf } from './plans/plan.js';

const PAGE = new URL('../fixtures/plans.txt', import.meta.url);
/** Lists whose statements are not of one table in one order: access analysis asks round by round, within a budget. */
const LEFT = new Set(['whoCan', 'effectiveRoleAssignments']);

const uuid = (n: number) => {
  const hex = n.toString(16);
  return `01900000-${hex.padStart(8, '0').slice(0, 4)}-7000-8000-${hex.padStart(12, '0')}`;
};
const quoted = (prefix: string, n: number) => `"${prefix}_${uuid(n)}"`;
const VALUES = {
  names: '"agent 50"',
  'AgentFilter.nameStartsWith': '"agent 50"',
  'AllowlistFilter.nameStartsWith': '"list 50"',
  'ApiCredentialFilter.nameStartsWith': '"key 50"',
  'DomainFilter.nameStartsWith': '"domain 50"',
  'GroupFilter.nameStartsWith': '"group 50"',
  'ProjectFilter.nameStartsWith': '"inner 50"',
  'RoleFilter.nameStartsWith': '"role-50"',
  'UserFilter.nameStartsWith': '"user 50"',
  'RoleFilter.isGlobal': 'true',
  externalIds: '"uuid 50"',
  domainIds: quoted('dom', 50),
  projectIds: quoted('prj', 50),
  parentIds: quoted('prj', 50),
  userIds: quoted('usr', 50),
  groupIds: quoted('grp', 50),
  allowlistIds: quoted('alw', 50),
  roles: '"role-50"',
  targetIds: quoted('agt', 50),
  actorIds: quoted('usr', 50),
  actorNames: '"user 50"',
  from: '"2026-01-05T00:00:00Z"',
  since: '"2026-01-05T00:00:00Z"',
  until: '"2026-01-06T00:00:00Z"',
};

const one = (name: string, prefix: string, n = 49) => `${name}(ref: { id: ${quoted(prefix, n)} })`;
/** An object of the middle tenant, of each type that has lists; row 49 is of tenant 50. */
const OBJECTS = {
  Agent: one('agent', 'agt'),
  Allowlist: one('allowlist', 'alw'),
  Group: one('group', 'grp'),
  Project: one('project', 'prj', 50),
  User: one('user', 'usr'),
};

const SCOPES = {
  system: { type: 'system' },
  domain: { type: 'domain', domainId: `dom_${uuid(50)}` },
  project: { type: 'project', domainId: `dom_${uuid(50)}`, projectId: `prj_${uuid(50)}` },
} as const;

let server: TestServer;
let statements: { text: string; parameters: unknown[] }[] = [];

beforeAll(async () => {
  const logQuery = (text: string, parameters: unknown[]) => void statements.push({ text, parameters });
  server = await startTestServer({ open: () => openTestPostgres({ logQuery } as never) });
  await fillFleet(server.services.db);
}, 300_000);
afterAll(() => server.close());

async function planOf({ text, parameters }: (typeof statements)[number]): Promise<PlanNode> {
  const filled = text
    .split(/\$(\d+)/)
    .map((part, index) => (index % 2 === 0 ? sql.raw(part) : sql`${parameters[Number(part) - 1]}`));
  const rows = await server.services.db.transaction(async (tx) => {
    // What an index can serve is served by it, so that plans of nearly the same cost do not take turns.
    for (const way of ['seqscan', 'hashjoin', 'mergejoin']) await tx.execute(sql.raw(`set local enable_${way} = off`));
    await tx.execute(sql.raw('set local random_page_cost = 1.1'));
    return tx.execute(sql`explain (format json, costs off) ${sql.join(filled)}`);
  });
  const [row] = rows as unknown as { 'QUERY PLAN': [{ Plan: PlanNode }] }[];
  const plan = row?.['QUERY PLAN'][0].Plan;
  if (plan === undefined) throw new Error(`no plan of ${text}`);
  return plan;
}

/** The statements of a list, those of what is asked before it aside. */
async function statementsOf({ field, before: asked }: Ask, token: string) {
  const before = new Set((await run(asked, token)).map(({ text }) => text));
  // The chore of the outbox comes by in between.
  return (await run(field, token)).filter(
    ({ text }) => /^\s*(select|with)/i.test(text) && !before.has(text) && !/event_outbox/.test(text),
  );
}

async function run(field: string, token: string) {
  statements = [];
  const { body } = await server.graphql(`{ ${field} }`, {}, token);
  if (body.errors) return [];
  return statements;
}

describe('plans of lists', () => {
  test('ok: every list, by each filter and order that it offers, is planned as the page says', async () => {
    const schema = buildSchema(DOMAINS);
    const asks = [...asksOf(schema, VALUES, LEFT), ...asksBelow(schema, OBJECTS)];
    expect(asks.length).toBeGreaterThan(40);
    const found: string[] = [];
    for (const [scopeName, scope] of Object.entries(SCOPES)) {
      const { token } = await server.token({ scope, role: 'reader' });
      for (const ask of asks) {
        const plans = await Promise.all((await statementsOf(ask, token)).map(planOf));
        if (plans.length === 0) continue;
        const walk = [...new Set(plans.flatMap(walksOf))];
        found.push(
          `${scopeName}: ${ask.name}`,
          ...walk.map((each) => `! ${each}`),
          ...plans.flatMap((plan) => linesOf(plan, 1)),
          '',
        );
      }
    }
    const text = found.join('\n');
    if (process.env.UPDATE) writeFileSync(PAGE, text);
    expect(text).toBe(readFileSync(PAGE, 'utf8'));
  }, 300_000);
});

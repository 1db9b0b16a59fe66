import { readFileSync, writeFileSync } from 'node:fs';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DOMAINS } from '../../src/domains.js';
import { lowestId } from '../../src/platform/ids.js';
import { buildSchema } from '../../src/server/graphql/schema.js';
import { openTestDatabase } from '../harness/engine.js';
import { type Json, startTestServer, type TestServer } from '../harness/server.js';
import { COMMON, fillFleet, LARGE, RARE, timeOf } from './plans/fleet.js';
import { type Ask, asksBelow, asksOf } from './plans/lists.js';
import { isOfMonth, linesOf, type PlanNode, rowsRead } from './plans/plan.js';

const PAGE = new URL('../fixtures/plans.txt', import.meta.url);
/** Lists whose statements are not of one table in one order: access analysis asks round by round, within a budget. */
const LEFT = new Set(['whoCan', 'effectiveRoleAssignments']);

const uuid = (n: number) => {
  const hex = n.toString(16);
  return `01900000-${hex.padStart(8, '0').slice(0, 4)}-7000-8000-${hex.padStart(12, '0')}`;
};
const quoted = (prefix: string, n: number) => `"${prefix}_${uuid(n)}"`;
const none = (prefix: string) => quoted(prefix, 900_000);
/** Ids of none, of a rare one and of the one that most rows have. */
const ids = (prefix: string, rare = RARE, all = COMMON) => ({
  none: none(prefix),
  rare: quoted(prefix, rare),
  all: quoted(prefix, all),
  several: [none(prefix), quoted(prefix, rare), quoted(prefix, all)].join(),
});
const places = (prefix: string) => ({ none: none(prefix), foreign: quoted(prefix, 3), all: quoted(prefix, LARGE) });
const named = (prefix: string) => ({
  none: '"zz"',
  rare: `"${prefix}100"`,
  several: `"zz", "${prefix}100", "${prefix}50"`,
});
const starting = (prefix: string) => ({ none: '"zz"', rare: `"${prefix}100"`, all: `"${prefix}"` });
const labelled = (key: string, value: string) => `{ key: "admin.${key}", value: "${value}" }`;
const VALUES = {
  'AgentFilter.names': named('agent '),
  'AllowlistFilter.names': named('list '),
  'ApiCredentialFilter.names': named('key '),
  'DomainFilter.names': named('domain '),
  'GroupFilter.names': named('group '),
  'NodeFilter.names': named('node-'),
  'ProjectFilter.names': named('inner '),
  'RoleFilter.names': named('role-'),
  'UserFilter.names': named('user '),
  'AgentFilter.nameStartsWith': starting('agent '),
  'AllowlistFilter.nameStartsWith': starting('list '),
  'ApiCredentialFilter.nameStartsWith': starting('key '),
  'DomainFilter.nameStartsWith': starting('domain '),
  'GroupFilter.nameStartsWith': starting('group '),
  'NodeFilter.nameStartsWith': starting('node-'),
  'ProjectFilter.nameStartsWith': starting('inner '),
  'RoleFilter.nameStartsWith': starting('role-'),
  'UserFilter.nameStartsWith': starting('user '),
  'RoleFilter.isGlobal': { rare: 'true', all: 'false' },
  states: { none: 'BANNED', rare: 'FAILED', all: 'TRUSTED', several: 'BANNED, FAILED, TRUSTED' },
  trustStates: { none: 'BANNED', rare: 'FAILED', all: 'TRUSTED', several: 'BANNED, FAILED, TRUSTED' },
  availabilities: { none: 'PAUSE', rare: 'DRAIN', all: 'ACTIVE', several: 'PAUSE, DRAIN, ACTIVE' },
  addresses: { none: '"zz"', rare: '"n100.example"', several: '"zz", "n100.example", "n50.example"' },
  isReady: { rare: 'false', all: 'true' },
  labels: {
    none: labelled('rack', 'zz'),
    rare: labelled('rack', 'rare'),
    all: labelled('rack', 'all'),
    'all, and the rare first': `${labelled('rack', 'rare')}, ${labelled('row', 'all')}`,
    'all, and the rare last': `${labelled('row', 'all')}, ${labelled('rack', 'rare')}`,
    'all of several': `${labelled('rack', 'all')}, ${labelled('row', 'all')}`,
  },
  externalIds: { none: '"zz"', rare: '"uuid 100"', several: '"zz", "uuid 100", "uuid 50"' },
  domainIds: { ...places('dom'), several: [none('dom'), quoted('dom', 3), quoted('dom', LARGE)].join() },
  projectIds: { ...places('prj'), several: [none('prj'), quoted('prj', 3), quoted('prj', LARGE)].join() },
  parentIds: places('prj'),
  userIds: ids('usr'),
  groupIds: ids('grp'),
  allowlistIds: ids('alw'),
  roles: { none: '"zz"', rare: `"role-${RARE}"`, all: `"role-${LARGE}"`, several: `"role-${RARE}", "role-${LARGE}"` },
  actions: {
    none: 'USER_DELETED',
    rare: 'ROLE_GRANTED',
    all: 'AGENT_ACTIVATED',
    other: 'OTHER',
    several: 'OTHER, ROLE_GRANTED, AGENT_ACTIVATED',
  },
  outcomes: { none: 'FAILED', rare: 'DENIED', all: 'ALLOWED', several: 'FAILED, DENIED, ALLOWED' },
  targetTypes: { none: 'USER', rare: 'ROLE_ASSIGNMENT', all: 'AGENT', other: 'OTHER', several: 'OTHER, USER, AGENT' },
  targetIds: ids('agt'),
  actorIds: ids('usr'),
  actorNames: {
    none: '"zz"',
    rare: `"user ${RARE}"`,
    all: `"user ${COMMON}"`,
    several: `"zz", "user ${RARE}", "user ${COMMON}"`,
  },
  readiness: { none: 'LOST', rare: 'NEVER_READY', all: 'READY', several: 'READY, LOST, NEVER_READY' },
  createdSince: { none: '"2100-01-01T00:00:00Z"', all: '"2020-01-01T00:00:00Z"' },
  since: { none: '"2100-01-01T00:00:00Z"', rare: '"2026-01-14T20:00:00Z"', all: '"2026-01-01T00:00:00Z"' },
  until: { none: '"2025-01-01T00:00:00Z"', rare: '"2026-01-01T00:30:00Z"', all: '"2100-01-01T00:00:00Z"' },
};

const one = (name: string, prefix: string, n = 49) => `${name}(ref: { id: ${quoted(prefix, n)} })`;
/** An object of the middle tenant, of each type that has lists; row 49 is of tenant 50. */
const OBJECTS = {
  Agent: one('agent', 'agt'),
  Allowlist: one('allowlist', 'alw'),
  Group: one('group', 'grp'),
  Project: one('project', 'prj', 50),
  User: one('user', 'usr'),
  Viewer: 'viewer',
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
  // The denials of a slow run would otherwise be told again each minute, and be rows of plans.
  const settings = { denialWindowMs: 86_400_000 };
  server = await startTestServer({ settings, open: () => openTestDatabase({ logQuery } as never) });
  await fillFleet(server.services.db);
}, 300_000);
afterAll(() => server.close());

/** What reads more has walked or sorted a part of the fleet: a page has 20 rows, and a join reads as many again. */
const READ_MAX = 400;
type Statement = (typeof statements)[number];

/** After so many runs of a prepared statement Postgres may take a plan for any values, as it does for the server's. */
const RUNS_BEFORE = 6;

/** Only Postgres is asked everything, which takes minutes; the embedded engine is asked a part of it, each once. */
const isPostgres = process.env.TEST_ENGINE === 'postgres';

/** How a statement is run with its values, and how when it came often. */
async function plansOf({ text, parameters }: Statement): Promise<PlanNode[]> {
  const values = parameters.map((value) => (value === null ? 'null' : `'${textOf(value).replaceAll("'", "''")}'`));
  return server.services.db.transaction(async (tx) => {
    const run = (statement: string) => tx.execute(sql.raw(statement));
    // What an index can serve is served by it, so that plans of nearly the same cost do not take turns.
    for (const way of ['seqscan', 'hashjoin', 'mergejoin']) await run(`set local enable_${way} = off`);
    await run('set local random_page_cost = 1.1');
    await run(`prepare planned as ${text}`);
    const call = values.length === 0 ? 'planned' : `planned (${values.join(', ')})`;
    const explain = `explain (analyze, format json, costs off, timing off, summary off) execute ${call}`;
    const first = planIn(await run(explain));
    if (isPostgres) for (let runs = 1; runs < RUNS_BEFORE; runs += 1) await run(`explain execute ${call}`);
    const settled = isPostgres ? planIn(await run(explain)) : first;
    await run('deallocate planned');
    return [first, settled];
  });
}

/** One engine answers rows, the other an object that holds them. */
function planIn(answer: unknown): PlanNode {
  const rows = Array.isArray(answer) ? answer : (answer as { rows: unknown[] }).rows;
  return rows[0]['QUERY PLAN'][0].Plan;
}

const textOf = (value: unknown) => (value instanceof Date ? value.toISOString() : String(value));

/** The statements of a list, those of what is asked before it aside. */
async function statementsOf(field: string, asked: string, token: string) {
  const before = new Set((await run(asked, token)).statements.map(({ text }) => text));
  const { data, statements } = await run(field, token);
  // The chore of the outbox comes by in between.
  const own = statements.filter(
    ({ text }) => /^\s*(select|with)/i.test(text) && !before.has(text) && !/event_outbox/.test(text),
  );
  return { data, own };
}

async function run(field: string, token: string) {
  statements = [];
  const { body } = await server.graphql(`{ ${field} }`, {}, token);
  return body.errors ? { data: null, statements: [] } : { data: body.data, statements };
}

/** A cursor of the middle of the fleet, of the same order as that of a page's end. */
function middleOf(cursor: string): string {
  const [order, ...keys] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as string[];
  const moved = keys.map((key) =>
    key.startsWith('aud_')
      ? lowestId('AuditEntry', timeOf(10_000))
      : key.replace(/_.*-.*/, `_${uuid(10_000)}`).replace(/ \d+$/, ' 10000'),
  );
  return Buffer.from(JSON.stringify([order, ...moved])).toString('base64url');
}

/** The end of a page that has others behind it. */
const endOf = (data: Record<string, Json> | null): string | undefined => {
  const [page] = Object.values(data ?? {});
  return page?.pageInfo?.hasNextPage ? page.edges.at(-1)?.cursor : undefined;
};

interface Found {
  readonly name: string;
  readonly plans: readonly PlanNode[];
  readonly read: number;
  /** By the plan of the two that reads more. */
  readonly worst: readonly PlanNode[];
}

async function lookAt(ask: Ask, token: string): Promise<Found[]> {
  const { data, own } = await statementsOf(ask.field, ask.before, token);
  const first = { name: ask.name, ...(await measured(own)) };
  const end = endOf(data);
  if (end === undefined || ask.from === undefined) return [first];
  const middle = await statementsOf(ask.from(middleOf(end)), ask.before, token);
  return [first, { name: `${ask.name}, the middle`, ...(await measured(middle.own)) }];
}

async function measured(own: readonly Statement[]) {
  const both: PlanNode[][] = [];
  for (const statement of own) both.push(await plansOf(statement));
  const modes = [0, 1].map((mode) => both.map((plans) => plans[mode] as PlanNode));
  const reads = modes.map((plans) => plans.reduce((sum, plan) => sum + rowsRead(plan), 0));
  const read = Math.max(...reads);
  return { plans: modes[0] ?? [], read, worst: modes[reads.indexOf(read)] ?? [] };
}

/** What a reader of a scope is shown, in parts: the lists that have one plan, and that plan. */
async function planned(asks: readonly Ask[], scopeName: string, token: string) {
  const byPlan = new Map<string, string[]>();
  const tooMuch: string[] = [];
  const lines = (of: readonly PlanNode[], isLeft?: typeof isOfMonth) =>
    of.flatMap((one) => linesOf(one, 1, isLeft)).join('\n');
  for (const ask of asks)
    for (const { name, plans, read, worst } of await lookAt(ask, token)) {
      if (plans.length === 0) continue;
      const plan = lines(plans, isOfMonth);
      if (read > READ_MAX) tooMuch.push(`${scopeName}: ${name} reads ${read} rows\n${lines(worst)}`);
      byPlan.set(plan, [...(byPlan.get(plan) ?? []), `${scopeName}: ${name}`]);
    }
  return { page: [...byPlan].flatMap(([plan, names]) => [...names.sort(), plan, '']), tooMuch };
}

/** By several values, or by nothing: what an index serves least by itself. */
const isHardest = ({ name }: Ask) => !/ by /.test(name) || / several/.test(name);

describe('plans of lists', () => {
  test('ok: every list, by each filter and order that it offers, reads little, and is planned as the page says', async () => {
    const schema = buildSchema(DOMAINS);
    const asks = [...asksOf(schema, VALUES, LEFT), ...asksBelow(schema, OBJECTS)];
    expect(asks.length).toBeGreaterThan(200);
    const found: Awaited<ReturnType<typeof planned>>[] = [];
    for (const [scopeName, scope] of Object.entries(isPostgres ? SCOPES : { domain: SCOPES.domain })) {
      const { token } = await server.token({ scope, role: 'reader' });
      found.push(await planned(isPostgres ? asks : asks.filter(isHardest), scopeName, token));
    }
    expect(found.flatMap(({ page }) => page).length).toBeGreaterThan(50);
    expect(found.flatMap(({ tooMuch }) => tooMuch).join('\n\n')).toBe('');
    // The embedded engine is another version, whose plans may differ as long as they read as little.
    if (!isPostgres) return;
    const text = found.flatMap(({ page }) => page).join('\n');
    if (process.env.UPDATE) writeFileSync(PAGE, text);
    expect(text).toBe(readFileSync(PAGE, 'utf8'));
  }, 900_000);
});

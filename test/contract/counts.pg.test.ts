import { setTimeout as delay } from 'node:timers/promises';
import { type SQL, sql } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { allowlists } from '../../src/attestation/allowlists/tables.js';
import { joinTokens } from '../../src/fleet/join-tokens/tables.js';
import { nodes } from '../../src/fleet/nodes/tables.js';
import { apiCredentials } from '../../src/identity/credentials/tables.js';
import { groups } from '../../src/identity/groups/tables.js';
import { projects } from '../../src/identity/projects/tables.js';
import { roles } from '../../src/identity/roles/tables.js';
import { uploads } from '../../src/uploads/uploads/tables.js';
import { type Bearer, startTestServer, type TestScope, type TestServer } from '../harness/server.js';
import { asking } from '../identity/asking.js';

const NODES_MAX = 300;

// Two transactions at a time are needed, and the embedded engine has one connection.
let server: TestServer;
let domainId: string;
let projectId: string;
let operators: Awaited<ReturnType<TestServer['operatorsProject']>>;
let holders: Record<'system' | 'domain' | 'project', Bearer>;
beforeAll(async () => {
  server = await startTestServer({ settings: { nodesMax: NODES_MAX } });
  operators = await server.operatorsProject(await server.defaultDomainId());
  domainId = await server.domain();
  const project = await server.project(domainId);
  ({ projectId } = project);
  const holderOf = (scope: TestScope) => server.token({ scope, role: 'admin' });
  holders = {
    system: await holderOf({ type: 'system' }),
    domain: await holderOf({ type: 'domain', domainId }),
    project: await holderOf(project),
  };
}, 120_000);
afterAll(() => server.close());

interface Limit {
  readonly mutation: string;
  readonly table: PgTable;
  readonly by: keyof typeof holders;
  readonly most: number;
  /** Which rows count. */
  readonly counted: () => SQL;
  /** Columns and values of row `n`. */
  readonly row: () => readonly [columns: string, values: SQL];
  readonly input?: (name: string) => object;
}

const inDomain = () => sql`domain_id = ${domainId}`;
const expiry = () => new Date(Date.now() + 3_600_000).toISOString();
const DIGEST = `sha256:${'0'.repeat(64)}`;
const role = (by: 'system' | 'domain', most: number, owner: () => string | null): Limit => ({
  mutation: 'createRole',
  table: roles,
  by,
  most,
  counted: () => (owner() === null ? sql`domain_id is null` : inDomain()),
  row: () => ['id, domain_id, name, is_immutable', sql`${by}::text || n, ${owner()}::text, 'r' || n, false`],
});
const allowlist = (by: keyof typeof holders, owner: () => SQL): Limit => ({
  mutation: 'createAllowlist',
  table: allowlists,
  by,
  most: 10_000,
  counted: () => sql`(owner_type, domain_id, project_id) is not distinct from (${owner()})`,
  row: () => [
    'id, owner_type, domain_id, project_id, name, current_revision_id, version, created_at, updated_at',
    sql`${by} || '_' || n, ${owner()}, 'a' || n, 'alr_' || n, 1, now(), now()`,
  ],
  input: (name) => ({ name, tpmPolicy: JSON.stringify({ 0: ['a'.repeat(64)] }) }),
});

const LIMITS: readonly Limit[] = [
  {
    mutation: 'createGroup',
    table: groups,
    by: 'domain',
    most: 1000,
    counted: inDomain,
    row: () => ['id, domain_id, name, created_at', sql`'grp_' || n, ${domainId}::text, 'g' || n, now()`],
  },
  {
    mutation: 'createProject',
    table: projects,
    by: 'domain',
    most: 10_000,
    counted: inDomain,
    row: () => ['id, domain_id, name, created_at', sql`'prj_' || n, ${domainId}::text, 'p' || n, now()`],
  },
  { ...role('domain', 100, () => domainId) },
  { ...role('system', 500, () => null) },
  allowlist('system', () => sql`'SYSTEM', null::text, null::text`),
  allowlist('domain', () => sql`'DOMAIN', ${domainId}::text, null::text`),
  allowlist('project', () => sql`'PROJECT', ${domainId}::text, ${projectId}::text`),
  {
    mutation: 'createApiCredential',
    table: apiCredentials,
    by: 'project',
    most: 50,
    counted: () => sql`user_id = ${holders.project.userId}`,
    row: () => [
      'id, user_id, user_domain_id, name, key_hash, scope_type, domain_id, project_id, roles, created_at, expires_at',
      sql`'crd_' || n, ${holders.project.userId}::text, (select domain_id from users where id = ${holders.project.userId}), 'c' || n, 'k' || n, 'project', ${domainId}::text, ${projectId}::text, array['reader'], now(), now() + interval '1 hour'`,
    ],
    input: (name) => ({ name, expiresAt: expiry() }),
  },
  {
    mutation: 'createUpload',
    table: uploads,
    by: 'project',
    most: 256,
    counted: () => sql`user_id = ${holders.project.userId}`,
    row: () => [
      'id, user_id, size, digest, created_at, expires_at',
      sql`'upl_' || n, ${holders.project.userId}::text, 1, ${DIGEST}::text, now(), now() + interval '1 hour'`,
    ],
    input: () => ({ size: 1, digest: DIGEST }),
  },
  {
    mutation: 'createNode',
    table: nodes,
    by: 'system',
    most: NODES_MAX,
    counted: () => sql`true`,
    row: () => ['id, name, availability, created_at, updated_at', sql`'nod_' || n, 'n' || n, 'PAUSE', now(), now()`],
  },
  {
    mutation: 'createJoinToken',
    table: joinTokens,
    by: 'system',
    most: 10_000,
    counted: () => sql`expires_at > now()`,
    row: () => [
      'id, token_hash, domain_id, project_id, node_name, tpm_kind, uses, created_by, created_at, expires_at',
      sql`'jnt_' || n, 'h' || n, ${operators.domainId}::text, ${operators.projectId}::text, 'x' || n, 'PHYSICAL', 1, 'the test', now(), now() + interval '1 hour'`,
    ],
    input: (name) => ({ project: { id: operators.projectId }, nodeName: `joined-${name}`, expiresAt: expiry() }),
  },
];

/** Fills an owner up to one below the limit. */
async function fill({ table, counted, row, most }: Limit): Promise<void> {
  const { db } = server.services;
  const [columns, values] = row();
  await db.execute(sql`insert into ${table} (${sql.raw(columns)}) select ${values}
    from generate_series((select count(*) from ${table} where ${counted()}) + 1, ${most - 1}) as n`);
}

const waiting = async (): Promise<number> => {
  const found = await server.services.db.execute(sql`select count(*)::int as n from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`);
  const rows = (Array.isArray(found) ? found : (found as unknown as { rows: unknown[] }).rows) as { n: number }[];
  return rows[0]?.n ?? 0;
};

const NAMED = LIMITS.map((limit) => [limit.mutation, limit.by, limit] as const);

test.each(NAMED)('refused: %s by two at once, where the %s has room for one', async (_mutation, _by, limit) => {
  const { mutation, table, by, input = (name: string) => ({ name }) } = limit;
  const ask = asking(server);
  await fill(limit);
  // Nobody inserts before both have counted, or wait to count.
  const sent = await server.services.db.transaction(async (tx) => {
    await tx.execute(sql`lock table ${table} in share mode`);
    const made = ['one', 'two'].map((name) => ask.send(mutation, '__typename', input(name), holders[by].token));
    for (let turn = 0; turn < 200 && (await waiting()) < 2; turn++) await delay(25);
    expect(await waiting()).toBe(2);
    return { made };
  });
  const told = await Promise.all(sent.made);
  expect(told.map(({ code, errors }) => code ?? errors[0]?.split(' ')[0] ?? 'done').sort()).toEqual([
    'LIMIT_REACHED',
    'done',
  ]);
});

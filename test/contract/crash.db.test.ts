import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { sql } from 'drizzle-orm';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/db/open.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MAIN = join(ROOT, 'dist', 'main.js');
/** Each takes a start of the server: a few in every run, and a dozen in CI. */
const KILLS = Number(process.env.CRASH_KILLS ?? 1);
/** For a test that hangs: it takes most of a minute of processor time, and much longer where other things run. */
const TIMEOUT = 600_000;
const WRITERS = 4;

const folder = mkdtempSync(join(tmpdir(), 'bailiwick-crash-'));
const dataDir = join(folder, 'data');
const passwordPath = join(folder, 'admin-password');
const database = process.env.TEST_ENGINE === 'postgres' ? `bailiwick_crash_${process.pid}` : null;
let databaseUrl: string | undefined;
let child: ChildProcess | null = null;

async function onServer(statement: string): Promise<void> {
  const admin = postgres(process.env.TEST_DATABASE_URL ?? '', { max: 1, onnotice: () => {} });
  await admin.unsafe(statement);
  await admin.end();
}

beforeAll(async () => {
  if (!existsSync(MAIN)) execFileSync('npx', ['tsc', '-p', 'tsconfig.build.json'], { cwd: ROOT });
  if (database === null) return;
  await onServer(`create database ${database}`);
  const url = new URL(process.env.TEST_DATABASE_URL ?? '');
  url.pathname = `/${database}`;
  databaseUrl = url.href;
});

afterAll(async () => {
  child?.kill('SIGKILL');
  if (database !== null) await onServer(`drop database ${database} with (force)`);
  rmSync(folder, { recursive: true, force: true });
});

/** Starts the server and answers where it listens. */
async function start(): Promise<{ server: ChildProcess; url: string }> {
  const server = spawn(process.execPath, [MAIN], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      BAILIWICK_PORT: '0',
      BAILIWICK_DATA_DIR: dataDir,
      BAILIWICK_PASSWORD_COST: '15',
      BAILIWICK_ADMIN_PASSWORD_PATH: passwordPath,
      BAILIWICK_LOG_LEVEL: 'silent',
      ...(databaseUrl && { DATABASE_URL: databaseUrl }),
    },
  });
  child = server;
  let said = '';
  const url = await new Promise<string>((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      said += chunk.toString();
      const found = /http:\S+\/graphql/.exec(said);
      if (found) resolve(found[0]);
    };
    server.stdout?.on('data', hear);
    server.stderr?.on('data', hear);
    server.once('exit', () => reject(new Error(`the server ended before it listened: ${said}`)));
  });
  return { server, url };
}

/** The payload of one mutation aliased `payload`; throws for anything but success. */
async function send(url: string, token: string | null, query: string, input: object): Promise<Record<string, unknown>> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query, variables: { input } }),
  });
  const answer = (await response.json()) as { data?: { payload?: Record<string, unknown> }; errors?: unknown };
  const payload = answer.data?.payload;
  if (!payload || answer.errors) throw new Refused(JSON.stringify(answer));
  return payload;
}

class Refused extends Error {}

async function logIn(url: string): Promise<string> {
  const password = readFileSync(passwordPath, 'utf8').trim();
  const proof = { password: { user: 'admin', password, newPassword: 'correct horse battery' } };
  const scope = { project: { name: 'default' } };
  const query = 'mutation ($input: IssueTokenInput!) { payload: issueToken(input: $input) { token } }';
  return String((await send(url, null, query, { proof, scope, lifetime: 'PT1H' })).token);
}

const CREATE_ALLOWLIST = `mutation ($input: CreateAllowlistInput!) {
  payload: createAllowlist(input: $input) { item: allowlist { id } userErrors { code } }
}`;
const CREATE_AGENT = `mutation ($input: CreateAgentInput!) {
  payload: createAgent(input: $input) { item: agent { id } userErrors { code } }
}`;

/** Writes until the server is gone, telling what was acknowledged. */
async function write(url: string, token: string, name: string, acknowledged: Set<string>): Promise<void> {
  for (let count = 0; ; count++) {
    const isAgent = count % 2 === 0;
    const content = `${'ab'.repeat(32)}  /usr/bin/${name}-${count}\n`;
    const input = { name: `${name}-${count}`, ...(!isAgent && { imaPolicy: { content } }) };
    try {
      const { item } = await send(url, token, isAgent ? CREATE_AGENT : CREATE_ALLOWLIST, input);
      acknowledged.add((item as { id: string }).id);
    } catch (error) {
      if (error instanceof Refused || !(error instanceof TypeError)) throw error;
      return;
    }
  }
}

/** What must have no rows, whatever was cut off where. */
const HALVES = {
  'allowlists without their current revision': sql`select a.id from allowlists a
    left join allowlist_revisions r on r.id = a.current_revision_id and r.allowlist_id = a.id where r.id is null`,
  'revisions without their content': sql`select r.id from allowlist_revisions r
    where r.ima_digest is not null and not exists (select from content_chunks c where c.digest = r.ima_digest)`,
  'agents without a record': sql`select a.id from agents a
    left join attestation_records r on r.agent_id = a.id where r.agent_id is null`,
  'objects without exactly one entry': sql`select o.id from (select id from agents union all select id from allowlists) o
    where (select count(*) from audit_entries e
      where e.target_id = o.id and e.action in ('agent.created', 'allowlist.created')) <> 1`,
  'entries without their object': sql`select e.target_id as id from audit_entries e
    where (e.action = 'agent.created' and not exists (select from agents a where a.id = e.target_id))
      or (e.action = 'allowlist.created' and not exists (select from allowlists a where a.id = e.target_id))`,
};

async function idsOf(db: Awaited<ReturnType<typeof openDatabase>>['db'], query: ReturnType<typeof sql>) {
  const answer: unknown = await db.execute(query);
  const rows = Array.isArray(answer) ? answer : (answer as { rows: unknown[] }).rows;
  return rows.map((row) => (row as { id: string }).id);
}

describe('a server killed while it writes', () => {
  test(`kept: after ${KILLS} kills every acknowledged write is whole and audited`, { timeout: TIMEOUT }, async () => {
    const acknowledged = new Set<string>();
    let token: string | null = null;
    for (let kill = 1; kill <= KILLS; kill++) {
      const { server, url } = await start();
      token ??= await logIn(url);
      const bearer = token;
      const before = acknowledged.size;
      const writers = Array.from({ length: WRITERS }, (_, n) => write(url, bearer, `w${kill}-${n}`, acknowledged));
      const gone = new Promise((resolve) => server.once('exit', resolve));
      const killed = (async () => {
        while (acknowledged.size < before + 5 && server.exitCode === null) await delay(5);
        // Spread over the course of a write, so that the kills fall between different statements of it.
        await delay(kill * 3);
        server.kill('SIGKILL');
      })();
      await Promise.all([...writers, killed, gone]);
      expect(server.signalCode).toBe('SIGKILL');
      expect(acknowledged.size).toBeGreaterThanOrEqual(before + 5);
    }
    const opened = await openDatabase({ url: databaseUrl, dataDir, connectionsMax: 2 });
    try {
      const kept = new Set(await idsOf(opened.db, sql`select id from agents union all select id from allowlists`));
      expect([...acknowledged].filter((id) => !kept.has(id))).toEqual([]);
      for (const [what, query] of Object.entries(HALVES)) expect(await idsOf(opened.db, query), what).toEqual([]);
      // A lost entry would have shown.
      const [lost = ''] = acknowledged;
      await opened.db.execute(sql`delete from audit_entries where target_id = ${lost}`);
      expect(await idsOf(opened.db, HALVES['objects without exactly one entry'])).toEqual([lost]);
    } finally {
      await opened.close();
    }
  });
});

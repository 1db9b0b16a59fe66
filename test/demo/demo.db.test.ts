import { type ChildProcess, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Ended, launchServer, ROOT } from '../cli/spawned.js';
import { client, type Json } from '../harness/server.js';

const BIN = join(ROOT, 'bin/bailiwick.mjs');
const ARGV = [process.execPath, BIN, 'serve', '--demo'];
/** Short, so that trust runs out while the test looks. */
const SHORT = { BAILIWICK_ATTESTATION_INTERVAL: 'PT5S', BAILIWICK_LEASE_INTERVAL: 'PT5S' };
const AGENTS =
  '{ viewer { isDemo } agents(first: 50) { nodes { name state acceptedCount firstAcceptedAt project { name } } } }';
const ISSUE = 'mutation ($input: IssueTokenInput!) { told: issueToken(input: $input) { token userErrors { code } } }';

const home = mkdtempSync(join(tmpdir(), 'bailiwick-demo-'));
const dataDir = join(home, 'data');
const folder = `${dataDir}.demo`;
/** What was started, so that nothing is left when a test fails. */
const children: ChildProcess[] = [];
/** For a machine that is slow and runs other things; mostly the whole takes less than a minute. */
const TIMEOUT = 300_000;
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(home, { recursive: true });
});

interface Demo {
  readonly child: ChildProcess;
  readonly url: string;
  readonly ended: Promise<Ended>;
}

/** Starts a demo, and waits until it said how to log in. */
async function startDemo(): Promise<Demo> {
  const { child, url, ended } = launchServer(dataDir, { env: SHORT, argv: ARGV });
  children.push(child);
  const said = new Promise<void>((resolve) => {
    let out = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      out += String(chunk);
      if (out.includes('bailiwick demo remove')) resolve();
    });
  });
  const isOver = await Promise.race([said.then(() => false), ended.then(() => true)]);
  if (isOver) throw new Error(JSON.stringify(await ended));
  return { child, url: (await url) ?? '', ended };
}

async function stopDemo({ child, ended }: Demo): Promise<Ended> {
  child.kill('SIGTERM');
  return ended;
}

const bailiwick = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  spawnSync(process.execPath, [BIN, ...args], {
    encoding: 'utf8',
    cwd: home,
    env: { PATH: process.env.PATH, BAILIWICK_DATA_DIR: dataDir, ...env },
  });

const password = () => readFileSync(join(folder, 'password'), 'utf8').trim();

async function logIn(url: string, user: string, scope: object): Promise<string> {
  const { graphql } = client(url);
  const input = { proof: { password: { user, password: password() } }, scope };
  return (await graphql(ISSUE, { input })).body.data.told.token;
}

/** The agents of the fleet, by name, as a reader of the system sees them. */
async function agentsOf(url: string, token: string): Promise<Map<string, Json>> {
  const { body } = await client(url).graphql(AGENTS, {}, token);
  return new Map(body.data.agents.nodes.map((agent: Json) => [agent.name, agent]));
}

async function until<T>(look: () => Promise<T>, holds: (seen: T) => boolean): Promise<T> {
  for (const end = Date.now() + TIMEOUT / 2; ; await delay(300)) {
    const seen = await look();
    if (holds(seen) || Date.now() > end) return seen;
  }
}

const STEADY = ['web-1', 'web-2', 'web-3', 'db-1', 'db-2', 'cache-1', 'edge-1'];
const WANTED = new Map([
  ...STEADY.map((name): [string, string] => [name, 'TRUSTED']),
  ['build-1', 'FAILED'],
  ['edge-2', 'STALE'],
  ['edge-3', 'PENDING'],
  ['kiosk-1', 'BANNED'],
]);
const states = (agents: ReadonlyMap<string, Json>) =>
  new Map([...WANTED.keys()].map((name) => [name, agents.get(name)?.state]));
const isWanted = (agents: ReadonlyMap<string, Json>) =>
  JSON.stringify([...states(agents)]) === JSON.stringify([...WANTED]);

describe('serve --demo', { timeout: TIMEOUT }, () => {
  let demo: Demo;
  let token: string;
  beforeAll(async () => {
    demo = await startDemo();
    token = await logIn(demo.url, 'rita', { system: true });
  }, TIMEOUT);
  afterAll(() => stopDemo(demo));

  test('ok: machines come to the states of their stories, and an auditor sees them', async () => {
    const agents = await until(() => agentsOf(demo.url, token), isWanted);
    expect(states(agents)).toEqual(WANTED);
    expect(agents.get('edge-3').firstAcceptedAt).toBeNull();
    expect(agents.get('lab-1').acceptedCount).toBeGreaterThan(0);
  });

  test('ok: the server says that it is a demo, and has what pages show', async () => {
    const { graphql } = client(demo.url);
    const query = `{ viewer { isDemo } policyCandidate { revision { reason } } domains { nodes { name } }
      projects { nodes { name } } nodes(first: 50) { nodes { name availability agent { name } } }
      auditEntries(first: 100, filter: { outcomes: [DENIED] }) { nodes { action } } joinTokens { nodes { state } } }`;
    const { body } = await graphql(query, {}, token);
    expect(body.errors).toBeUndefined();
    const { viewer, policyCandidate, domains, projects, nodes, auditEntries, joinTokens } = body.data;
    expect([viewer.isDemo, policyCandidate.revision.reason]).toEqual([true, expect.stringContaining('ban')]);
    expect(domains.nodes.map(({ name }: Json) => name)).toEqual(['default', 'acme', 'orbit']);
    expect(projects.nodes).toHaveLength(5);
    expect(nodes.nodes).toHaveLength(13);
    expect(nodes.nodes.find(({ name }: Json) => name === 'db-2').availability).toBe('DRAIN');
    expect(nodes.nodes.find(({ name }: Json) => name === 'new-1').agent).toBeNull();
    expect(auditEntries.nodes.length).toBeGreaterThan(2);
    expect(new Set(joinTokens.nodes.map(({ state }: Json) => state))).toEqual(new Set(['ACTIVE', 'USED_UP']));
  });

  test('ok: what it keeps is private, and the password is nowhere but in its file', async () => {
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
      (name) => !name.startsWith('data/'),
    );
    for (const name of ['.', ...files]) {
      const { mode } = statSync(join(folder, name));
      expect(mode & 0o077, name).toBe(0);
    }
    expect(demo.child.spawnargs.join(' ')).not.toContain(password());
  });

  test('refused: the demo is not removed while it runs', () => {
    const { status, stderr } = bailiwick(['demo', 'remove', '--yes']);
    expect([status, stderr]).toEqual([1, expect.stringContaining('is in use by process')]);
    expect(existsSync(join(folder, 'demo'))).toBe(true);
  });

  test('ok: stopped and started again, the same machines go on', async () => {
    const before = await agentsOf(demo.url, token);
    const ended = await stopDemo(demo);
    expect([ended.code, ended.err]).toEqual([0, '']);
    expect(ended.out).not.toContain(password());
    demo = await startDemo();
    const agents = await until(
      () => agentsOf(demo.url, token),
      (seen) => isWanted(seen) && STEADY.every((name) => seen.get(name).acceptedCount > before.get(name).acceptedCount),
    );
    expect(states(agents)).toEqual(WANTED);
    expect(agents.size).toBe(before.size);
  });
});

describe('what a demo refuses', { timeout: TIMEOUT }, () => {
  const REFUSED: readonly [string, Readonly<Record<string, string>>, string][] = [
    ['a database of somebody', { DATABASE_URL: 'postgres://127.0.0.1/x' }, 'unset DATABASE_URL'],
    ['an address that others reach', { BAILIWICK_HOST: '0.0.0.0' }, 'a loopback address only'],
    ['a name, which may be anybody’s', { BAILIWICK_HOST: 'localhost' }, 'a loopback address only'],
    ['a socket', { BAILIWICK_SOCKET_PATH: '/tmp/x.sock' }, 'unset BAILIWICK_SOCKET_PATH'],
  ];
  test.each(REFUSED)('usage: %s', (_, env, words) => {
    const other = { ...env, BAILIWICK_DATA_DIR: join(home, 'refused') };
    const { status, stderr } = bailiwick(['serve', '--demo'], other);
    expect([status, stderr]).toEqual([2, expect.stringContaining(words)]);
    expect(existsSync(join(home, 'refused.demo'))).toBe(false);
  });

  test('refused: a folder in which something else is', () => {
    const other = join(home, 'other');
    mkdirSync(`${other}.demo`);
    writeFileSync(join(`${other}.demo`, 'thesis.txt'), 'words');
    const started = bailiwick(['serve', '--demo'], { BAILIWICK_DATA_DIR: other });
    expect([started.status, started.stderr]).toEqual([1, expect.stringContaining('is not the folder of a demo')]);
    const removed = bailiwick(['demo', 'remove', '--yes'], { BAILIWICK_DATA_DIR: other });
    expect([removed.status, removed.stderr]).toEqual([1, expect.stringContaining('is not the folder of a demo')]);
    expect(readdirSync(`${other}.demo`)).toEqual(['thesis.txt']);
  });

  test('refused: nobody confirmed, there is no demo, or a link leads to one', () => {
    expect(bailiwick(['demo', 'remove']).status).toBe(2);
    const nowhere = bailiwick(['demo', 'remove', '--yes'], { BAILIWICK_DATA_DIR: join(home, 'nowhere') });
    expect([nowhere.status, existsSync(join(home, 'nowhere.demo'))]).toEqual([1, false]);
    symlinkSync(folder, join(home, 'link.demo'));
    expect(bailiwick(['demo', 'remove', '--yes'], { BAILIWICK_DATA_DIR: join(home, 'link') }).status).toBe(1);
    expect(existsSync(join(folder, 'demo'))).toBe(true);
  });

  test('ok: a demo that does not run is removed with everything', () => {
    const { status, stderr } = bailiwick(['demo', 'remove', '--yes']);
    expect([status, stderr]).toEqual([0, `removed ${folder}\n`]);
    expect(existsSync(folder)).toBe(false);
  });
});

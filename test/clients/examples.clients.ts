import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSchema, isScalarType, isSpecifiedScalarType } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { blocksOf, freePort, Likeness, Shell, type Step, sectionOf } from '../cli/page-session.js';
import { ROOT } from '../cli/spawned.js';
import { asRelayModule } from './command-line.js';
import { filesOf, rowsOf, withArtifacts } from './page-files.js';

const PACKAGES = join(ROOT, 'examples/clients');
const METRICS_TOKEN = 'a-bearer-of-these-examples-and-of-nothing-else';
const home = mkdtempSync(join(tmpdir(), 'bailiwick-clients-'));
const folder = join(home, 'clients');
const shells: Shell[] = [];
const likeness = new Likeness();
let address: string;
let page: string;
let shell: Shell;

beforeAll(async () => {
  const port = await freePort();
  address = `http://127.0.0.1:${port}`;
  page = here(readFileSync(join(ROOT, 'docs/clients.md'), 'utf8'));
  symlinkSync(ROOT, join(home, 'bailiwick'));
  const [[define, enter, serve] = [], setUp = []] = blocksOf(sectionOf(page, 'Examples'));
  if (!define || !enter || !serve) throw new Error('the examples do not begin with the start of a server');
  const server = openShell({ BAILIWICK_PORT: port, BAILIWICK_METRICS_TOKEN: METRICS_TOKEN });
  await runAll(server, [define, enter]);
  // `exec` leaves no shell between this one and the server, so that both end together.
  const started = serve.command.replace('bailiwick', 'exec node ~/bailiwick/bin/bailiwick.mjs');
  expect(await server.run(started, /^(?<said>[\s\S]*admin-password)\n/)).toBe(serve.prints);

  shell = await openBeside();
  // From now on the machine that is banned is PENDING in between.
  await runAll(shell, [...setUp, ...changes()]);
  for (const [name, content] of filesOf(page)) writeFileSync(join(folder, name), content);
});

afterAll(async () => {
  for (const one of shells.splice(0)) await one.end();
  rmSync(home, { recursive: true, force: true });
});

/** A text with the addresses and folders of this run. */
function here(text: string): string {
  return text.replaceAll('127.0.0.1:4000', address.replace('http://', '')).replaceAll('/home/you', home);
}

function openShell(env: NodeJS.ProcessEnv, hasGroup = false): Shell {
  // npm would print that it has a new version.
  const quiet = { NPM_CONFIG_UPDATE_NOTIFIER: 'false' };
  const common = { PATH: process.env.PATH, HOME: home, BAILIWICK_PASSWORD_COST: '15' };
  const opened = new Shell({ ...common, ...quiet, ...env }, { hasGroup });
  shells.push(opened);
  return opened;
}

/** Another terminal, in the folder of the examples. */
async function openBeside(hasGroup = false): Promise<Shell> {
  const opened = openShell({ BAILIWICK_SERVER: address }, hasGroup);
  await opened.run('bailiwick() { node ~/bailiwick/bin/bailiwick.mjs "$@"; }');
  await opened.run('cd ~/clients');
  return opened;
}

async function runAll(where: Shell, steps: readonly Step[]): Promise<void> {
  for (const { command, prints } of steps) {
    const printed = likeness.ofRun(await where.run(likeness.toRun(command)));
    expect(printed, command).toBe(likeness.ofPage(prints));
  }
}

/** How many streams the server has open. */
async function streams(): Promise<number> {
  const response = await fetch(`${address}/metrics`, { headers: { authorization: `Bearer ${METRICS_TOKEN}` } });
  return Number(/^bailiwick_streams_open\{principal="user"\} (\d+)$/m.exec(await response.text())?.[1]);
}

/** How the page bans a machine, and lifts the ban. */
function changes(): readonly Step[] {
  return blocksOf(sectionOf(page, 'Examples'))[2] ?? [];
}

/** Runs a command that waits for a change, and makes the change once the command waits and has printed all before it. */
async function watch({ command, prints }: Step, before: RegExp): Promise<void> {
  const watching = await openBeside(true);
  watching.begin(command);
  await watching.said(before);
  await expect.poll(streams, { timeout: 60_000 }).toBe(1);
  await runAll(shell, changes().slice(0, 1));
  const [printed] = await watching.said(/^[\s\S]*BANNED.*(?=\n)/);
  expect(printed, command).toBe(prints);
  shells.splice(shells.indexOf(watching), 1);
  await watching.end();
  await expect.poll(streams, { timeout: 60_000 }).toBe(0);
  await runAll(shell, changes().slice(1));
}

test('ok: the schema has every operation of the examples, and their types fit', async () => {
  const [packages = [], generate = []] = blocksOf(sectionOf(page, 'Types from the schema'));
  const install = packages.at(-1);
  expect(install).toEqual({ command: 'npm install', prints: '' });
  await runAll(shell, packages.slice(0, -1));
  // They are installed once, beside the lockfile.
  symlinkSync(join(PACKAGES, 'node_modules'), join(folder, 'node_modules'));
  copyFileSync(join(PACKAGES, 'render.tsx'), join(folder, 'render.tsx'));
  const [compile = []] = blocksOf(sectionOf(page, 'Relay'));
  await runAll(shell, [
    ...generate,
    ...compile,
    { command: 'node ~/bailiwick/node_modules/.bin/tsc -p .', prints: '' },
  ]);
});

test('ok: the code generator and the compiler of Relay take every document of the command line', async () => {
  const config = filesOf(page).get('codegen.yml') ?? '';
  const documents = `documents: ${home}/bailiwick/src/cli/**/*.graphql`;
  writeFileSync(join(folder, 'all.yml'), config.replace('documents: documents.ts', documents).replace('gql/', 'all/'));
  expect(await shell.run('npx graphql-codegen --config all.yml --silent')).toBe('');
  const { text, count } = asRelayModule('commands');
  expect(count).toBeGreaterThan(70);
  writeFileSync(join(folder, 'commands.ts'), text);
  expect(await shell.run('npx relay-compiler --output quiet-with-errors')).toBe('');
  const made = readdirSync(join(folder, '__generated__')).filter((file) => file.startsWith('commands'));
  expect(made).toHaveLength(count);
  rmSync(join(folder, 'commands.ts'));
});

test('ok: the schema keeps the rules of Relay, which notice what does not', async () => {
  const [[lint] = []] = blocksOf(sectionOf(page, 'Rules for a schema'));
  if (!lint) throw new Error('the page does not lint the schema');
  await runAll(shell, [lint]);
  await shell.run(
    "cp schema.graphql kept.graphql && sed -i '/^type PageInfo/,/^}/s/hasPreviousPage/isNotFirst/' schema.graphql",
  );
  expect(await shell.run(lint.command)).toContain('hasPreviousPage');
  await shell.run('mv kept.graphql schema.graphql');
});

test('ok: the scalars of the page and of the code generators are those of the schema', () => {
  const types = Object.values(buildSchema(readFileSync(join(ROOT, 'schema/printed/api.graphql'), 'utf8')).getTypeMap());
  const scalars = types.filter(isScalarType).filter((type) => !isSpecifiedScalarType(type));
  const rows = rowsOf(sectionOf(page, 'Scalars'));
  expect(rows.map(([name, , , , url]) => [name, url]).sort()).toEqual(
    scalars.map(({ name, specifiedByURL }) => [name, specifiedByURL]).sort(),
  );
  const typed = Object.fromEntries(rows.map(([name, type]) => [name, type]));
  const files = filesOf(page);
  expect(parse(files.get('codegen.yml') ?? '').generates['gql/'].config.scalars).toEqual(typed);
  expect(JSON.parse(files.get('relay.config.json') ?? '').customScalarTypes).toEqual(typed);
});

test('ok: the clients share one graphql, and their lockfile names no registry', () => {
  const { packages } = JSON.parse(readFileSync(join(PACKAGES, 'package-lock.json'), 'utf8'));
  const paths = Object.keys(packages);
  expect(paths.filter((path) => /(^|\/)node_modules\/graphql$/.test(path))).toEqual(['node_modules/graphql']);
  expect(paths.filter((path) => packages[path].resolved !== undefined)).toEqual([]);
});

test.each([
  ['Apollo Client', /^watching$/m],
  ['urql', /^watching$/m],
  ['Python', /^watching$/m],
  ['curl', /^:$/m],
])('ok: the example of %s prints what the page says', async (heading, before) => {
  const steps = blocksOf(sectionOf(page, heading)).flat();
  await runAll(shell, steps.slice(0, -1));
  const last = steps.at(-1);
  if (!last) throw new Error(`the page does not run ${heading}`);
  await watch(last, before);
});

test('ok: the component of Relay shows what the page says', async () => {
  const [, prints = ''] = /```text\n([\s\S]*?)\n```/.exec(sectionOf(page, 'Relay')) ?? [];
  const run = join(folder, 'run');
  mkdirSync(run);
  symlinkSync('../__generated__', join(run, '__generated__'));
  writeFileSync(join(run, 'relay.tsx'), withArtifacts(readFileSync(join(folder, 'relay.tsx'), 'utf8')));
  writeFileSync(join(run, 'render.tsx'), here(readFileSync(join(folder, 'render.tsx'), 'utf8')));
  await watch({ command: 'npx tsx run/render.tsx', prints }, /web-3/);
});

import type { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { EXIT } from '../../src/cli/common/errors.js';
import { parseFuture, parsePast } from '../../src/cli/common/times.js';
import { createProgram } from '../../src/cli/main.js';
import { leaves, wholeProgram } from './program.js';
import { runCli } from './run-cli.js';

const NOUNS = (await createProgram([])).commands.map((command) => command.name());

/** What help shows, the lines added after it included. */
function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part) }).outputHelp();
  return text;
}

describe('the command tree', () => {
  test('ok: help names every noun', async () => {
    const { code, out } = await runCli('--help');
    expect(code).toBe(0);
    expect(NOUNS.length).toBeGreaterThan(15);
    for (const noun of NOUNS) expect(out).toMatch(new RegExp(`^  ${noun} `, 'm'));
  });

  test('ok: help tells every exit code', async () => {
    const { out } = await runCli('--help');
    const told = [...out.matchAll(/^ {2}(\d) {2}\S/gm)].map(([, code]) => Number(code));
    expect(told).toEqual(Object.values(EXIT).sort());
  });

  test('ok: every command has a summary and an example that begins like it', async () => {
    const commands = leaves(await wholeProgram());
    expect(commands.length).toBeGreaterThan(30);
    for (const command of commands) {
      const path =
        command.parent?.name() === 'bailiwick' ? command.name() : `${command.parent?.name()} ${command.name()}`;
      expect(command.description(), path).not.toBe('');
      expect(helpOf(command), path).toMatch(new RegExp(`Example:\\n  \\$ (?:[A-Z_]+=\\S+ )*bailiwick ${path}`));
    }
  });

  test('ok: nothing secret can be given as an option', async () => {
    const flags = leaves(await wholeProgram()).flatMap(({ options }) => options.map(({ long }) => long));
    expect(flags.filter((flag) => /password|token|secret/.test(flag ?? '') && !flag?.endsWith('-file'))).toEqual([]);
  });

  test('ok: the version is the package’s', async () => {
    expect((await runCli('--version')).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test.each([
    [[]],
    [['nonsense']],
    [['agent', 'nonsense']],
    [['agent', 'list', '--limit', '0']],
    [['agent', 'list', '-o', 'xml']],
    [['agent', 'list', '--state', 'LOST']],
    [['agent', 'list', '--columns', 'nonsense']],
    [['agent', 'list', '--columns', 'name', '-o', 'json']],
    [['completion', 'tcsh']],
    [['agent', 'create']],
    [['agent', 'list', '--server', 'not a url']],
    [['agent', 'create', 'web-1', '-o', 'name']],
    [['allowlist', 'create', 'web']],
    [['allowlist', 'create', 'web', '--tpm-policy', 'x', '--excludes', 'y']],
    [['login', '--system', '--project', 'web']],
    [['login', '--password-file', '/nowhere']],
    [['role', 'grant', 'alice', 'member']],
    [['serve', '--domains', 'identity,nonsense']],
    [['serve', '--port', '70000']],
    [['federation', 'compose', '--domains', 'nonsense']],
    [['federation', 'compose', '--url', 'identity']],
    [['federation', 'compose', '--url', 'nonsense=http://127.0.0.1/graphql']],
    [['federation', 'compose', '--url', 'identity=file:///nowhere']],
    [['federation', 'compose', '--subgraph', 'identity=schema/identity.graphql']],
    [['federation', 'compose', '--subgraph', 'other=/nowhere']],
    [['policy', 'explain', 'agent:get', '--credentials', '/nowhere']],
    [['policy', 'evaluate', 'agent:get', '--scope', 'galaxy']],
  ])('usage: %j exits with 2', async (argv) => {
    const { code, out, err } = await runCli(...argv);
    expect([code, out]).toEqual([2, '']);
    expect(err).not.toBe('');
  });
});

describe('values', () => {
  afterEach(() => vi.unstubAllEnvs());
  const STATES = 'CREATED, PENDING, TRUSTED, STALE, FAILED, BANNED, RETIRED';

  test('usage: a value that does not exist is answered with those that do', async () => {
    const { code, err } = await runCli('agent', 'list', '--state', 'lost');
    const told = `error: option '--state <state>' argument 'lost' is invalid. Allowed choices are ${STATES}.\n(add --help for usage)\n`;
    expect([code, err]).toEqual([2, told]);
  });

  test.each([
    [['agent', 'list', '--state', 'failed', '--state', 'Banned']],
    [['audit', 'list', '--outcome', 'denied']],
    [['agent', 'create', 'web-1', '--tpm-kind', 'virtual']],
  ])('ok: %j is understood in any letter case', async (argv) => {
    vi.stubEnv('BAILIWICK_SERVER', 'http://127.0.0.1:1');
    expect((await runCli(...argv)).err).toContain('cannot reach');
  });

  test('usage: what is no time is answered with what one looks like', async () => {
    const { code, err } = await runCli('audit', 'list', '--since', 'soon');
    expect([code, err]).toEqual([
      2,
      "error: option '--since <time>' argument 'soon' is invalid. It must be a time such as 2026-01-31 or " +
        '2026-01-31T08:00:00Z, or how long ago, such as 90m, 1h or 2d.\n(add --help for usage)\n',
    ]);
  });

  test.each([
    ['2026-01-31', '2026-01-31T00:00:00.000Z'],
    ['2026-01-31T08:00', '2026-01-31T08:00:00.000Z'],
    ['2026-01-31 08:00:05', '2026-01-31T08:00:05.000Z'],
    ['2026-01-31T08:00:00.5+02:00', '2026-01-31T06:00:00.500Z'],
    ['2026-01-31t08:00:00z', '2026-01-31T08:00:00.000Z'],
  ])('ok: %s is a time, of UTC unless it says another zone', (text, time) => expect(parsePast(text)).toBe(time));

  test('ok: a duration is counted from now, back or ahead', () => {
    vi.useFakeTimers({ now: new Date('2026-01-31T12:00:00Z') });
    expect(['30s', '90m', '1h', '2d', '1w'].map(parsePast)).toEqual([
      '2026-01-31T11:59:30.000Z',
      '2026-01-31T10:30:00.000Z',
      '2026-01-31T11:00:00.000Z',
      '2026-01-29T12:00:00.000Z',
      '2026-01-24T12:00:00.000Z',
    ]);
    expect(parseFuture('2d')).toBe('2026-02-02T12:00:00.000Z');
    vi.useRealTimers();
  });

  test.each(['', '1', '1y', '-1h', '1 h', '2026', '2026-02-31', '2026-01-31T25:00Z', '31.01.2026', '2026-01-31Z'])(
    'usage: %j is no time',
    (text) => expect(() => parsePast(text)).toThrow('It must be a time such as'),
  );
});

describe('columns', () => {
  test('usage: a column that does not exist is answered with those that do', async () => {
    const { code, err } = await runCli('group', 'list', '--columns', 'name,owner');
    const there = 'name, domain, description, created, updated, id';
    expect([code, err]).toEqual([2, expect.stringContaining(`There is no column "owner"; choose from ${there}.`)]);
  });

  test('ok: no table has two columns of one name', async () => {
    const tables = leaves(await wholeProgram()).flatMap(({ options }) =>
      options.flatMap(({ long, argChoices }) => (long === '--columns' && argChoices ? [argChoices] : [])),
    );
    expect(tables.length).toBeGreaterThan(20);
    for (const keys of tables) expect(keys).toEqual([...new Set(keys)]);
  });
});

describe('without a server', () => {
  beforeEach(() => vi.stubEnv('BAILIWICK_SERVER', 'http://127.0.0.1:1'));
  afterEach(() => vi.unstubAllEnvs());

  test('unavailable: exits with 5 and says who was asked', async () => {
    const { code, err } = await runCli('agent', 'list');
    expect([code, err]).toEqual([5, expect.stringMatching(/^error: cannot reach http:\/\/127\.0\.0\.1:1: /)]);
  });

  test('ok: the option wins over the environment', async () => {
    const { err } = await runCli('agent', 'list', '--server', 'http://127.0.0.1:2');
    expect(err).toContain('http://127.0.0.1:2');
  });
});

import type { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { leaves, wholeProgram } from './program.js';
import { runCli } from './run-cli.js';
import { hasTerminal, shown } from './terminal.js';

const NOWHERE = 'http://127.0.0.1:1';
const LOSS = 'user acme/bob goes for good, and with it its role assignments, memberships, tokens and API credentials';

describe('verbs that destroy', () => {
  beforeEach(() => vi.stubEnv('BAILIWICK_SERVER', NOWHERE));
  afterEach(() => vi.unstubAllEnvs());

  test('ok: what no other verb brings back has to be confirmed, and nothing else', async () => {
    const all = leaves(await wholeProgram());
    const pathsOf = (commands: readonly Command[]) => commands.map((one) => `${one.parent?.name()} ${one.name()}`);
    const asking = pathsOf(all.filter(({ options }) => options.some(({ long }) => long === '--yes')));
    const destroying = pathsOf(all).filter((path) => / (?:delete|retire|rejoin)$|^demo remove$/.test(path));
    expect(destroying.length).toBeGreaterThan(7);
    // A log-in brings a context back.
    expect(asking).toEqual(destroying.filter((path) => path !== 'context delete'));
  });

  test('refused: without a terminal and --yes it says what would go, before the server is asked', async () => {
    const { code, err } = await runCli('user', 'delete', 'acme/bob');
    expect([code, err]).toEqual([2, `error: ${LOSS}; nobody can be asked here, so add --yes\n`]);
  });

  test('ok: with --yes nobody is asked', async () => {
    const { code, err } = await runCli('user', 'delete', 'acme/bob', '--yes');
    expect([code, err]).toEqual([5, expect.stringContaining('cannot reach')]);
  });

  test('ok: what limits damage is done at once', async () => {
    for (const argv of [
      ['agent', 'ban', 'web-1'],
      ['user', 'disable', 'bob'],
      ['token', 'revoke', '--all'],
    ])
      expect((await runCli(...argv)).err).toContain('cannot reach');
  });
});

describe.skipIf(!hasTerminal)('on a terminal', () => {
  const ask = (answer: string) =>
    shown(`'${process.execPath}' bin/bailiwick.mjs --server ${NOWHERE} user delete acme/bob`, '[y/N] ', answer);

  test.each(['', 'n', 'yellow', '\u0003'])(
    'refused: %j changes nothing',
    async (answer) => {
      const text = await ask(answer);
      expect(text).toContain(LOSS);
      expect(text).toContain('error: nothing was changed');
      expect(text).not.toContain('cannot reach');
    },
    30_000,
  );

  test.each(['y', 'YES'])(
    'ok: %j goes on',
    async (answer) => {
      expect(await ask(answer)).toContain('cannot reach');
    },
    30_000,
  );
});

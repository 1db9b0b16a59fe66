import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createProgram } from '../../src/cli/main.js';
import { leaves, wholeProgram } from './program.js';
import { runCli } from './run-cli.js';

const folder = mkdtempSync(join(tmpdir(), 'bailiwick-completion-'));
const SCRIPT = join(folder, 'bailiwick.bash');
writeFileSync(SCRIPT, (await runCli('completion', 'bash')).out);
afterAll(() => rmSync(folder, { recursive: true }));
const NOUNS = (await createProgram([])).commands.map((command) => command.name());

/** What bash offers for the last of these words; without a search path, so that no program is started. */
function complete(...words: string[]): string[] {
  const ask = `source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _bailiwick; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr, status } = spawnSync(
    '/bin/bash',
    ['--norc', '--noprofile', '-c', ask, SCRIPT, 'bailiwick', ...words],
    { env: { PATH: '/nowhere' }, encoding: 'utf8', timeout: 20_000 },
  );
  expect([status, stderr]).toEqual([0, '']);
  return stdout.split('\n').filter((line) => line !== '');
}

describe('completion in bash', () => {
  test('ok: nouns, verbs, and what is left of a word', () => {
    expect(complete('')).toEqual(expect.arrayContaining(NOUNS));
    expect(complete('al')).toEqual(['allowlist']);
    expect(complete('agent', 're')).toEqual(['reset', 'retire']);
    expect(complete('completion', '')).toEqual(expect.arrayContaining(['bash', 'zsh', 'fish']));
  });

  test('ok: the flags of the verb and of every verb, wherever global ones stand', () => {
    expect(complete('user', 'delete', 'alice', '--')).toEqual(
      expect.arrayContaining(['--yes', '--force', '--reason', '--output', '--server', '--help']),
    );
    expect(complete('-o', 'json', 'group', '--server', 'http://127.0.0.1', 'me')).toEqual(['members']);
  });

  test('ok: values that are known', () => {
    expect(complete('agent', 'list', '--state', 'TR')).toEqual(['TRUSTED']);
    expect(complete('agent', 'list', '-o', '')).toEqual(['table', 'wide', 'json', 'yaml', 'name']);
    expect(complete('agent', 'list', '--output', '=', 'y')).toEqual(['yaml']);
    expect(complete('agent', 'list', '--output', '=')).toContain('yaml');
    expect(complete('agent', 'list', '--columns', 'trust')).toEqual(['trusted-until']);
    expect(complete('agent', 'list', '--columns', 'name,pro')).toEqual(['name,project']);
    expect(complete('login', '--password-file', 'READ')).toEqual(['README.md']);
    expect(complete('policy', 'lint', 'READ')).toEqual(['README.md']);
  });

  test('ok: nothing for what only a server knows', () => {
    expect(complete('agent', 'list', '--name', '')).toEqual([]);
  });

  test('ok: a value that is called like a verb is none', () => {
    expect(complete('agent', 'show', 'list', '--sta')).toEqual([]);
  });

  test('ok: every verb', async () => {
    const verbs = new Map<string, string[]>();
    for (const { parent, ...command } of leaves(await wholeProgram()).map((leaf) => ({ parent: leaf.parent, leaf })))
      if (parent?.parent) verbs.set(parent.name(), [...(verbs.get(parent.name()) ?? []), command.leaf.name()]);
    expect(verbs.size).toBeGreaterThan(10);
    for (const [noun, names] of verbs) expect(complete(noun, ''), noun).toEqual(expect.arrayContaining(names));
  });
});

describe.each(['zsh', 'fish'])('completion in %s', (shell) => {
  const isInstalled = spawnSync(shell, ['--version']).status === 0;

  test('ok: the script has every noun and the values of flags', async () => {
    const { code, out } = await runCli('completion', shell);
    expect(code).toBe(0);
    for (const word of [...NOUNS, 'TRUSTED', 'trusted-until']) expect(out).toContain(word);
  });

  test.skipIf(!isInstalled)('ok: the shell, where it is installed, reads the script', async () => {
    const { out } = await runCli('completion', shell);
    const file = join(folder, shell);
    writeFileSync(file, out);
    const { status, stderr } = spawnSync(shell, ['-n', file], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
  });
});

const hasFish = spawnSync('fish', ['--version']).status === 0;

describe.skipIf(!hasFish)('completion in fish, where it is installed', () => {
  const script = join(folder, 'bailiwick.fish');
  // Where fish is, found before the search path is taken away.
  const fish = spawnSync('fish', ['--no-config', '-c', 'status fish-path'], { encoding: 'utf8' }).stdout.trim();
  beforeAll(async () => writeFileSync(script, (await runCli('completion', 'fish')).out));

  /** What fish offers for the last word of this line, without its descriptions. */
  function offers(line: string): string[] {
    const ask = `source ${script}; complete -C '${line}'`;
    const { stdout, status } = spawnSync(fish, ['--no-config', '-c', ask], {
      env: { PATH: '/nowhere' },
      encoding: 'utf8',
      timeout: 20_000,
    });
    expect(status).toBe(0);
    return stdout.split('\n').flatMap((offer) => (offer === '' ? [] : [offer.split('\t')[0] ?? '']));
  }

  test.each([
    ['bailiwick al', ['allowlist']],
    ['bailiwick agent re', ['reset', 'retire']],
    ['bailiwick completion ', ['bash', 'fish', 'zsh']],
    ['bailiwick agent list --state TR', ['TRUSTED']],
    ['bailiwick agent list -o ', ['json', 'name', 'table', 'wide', 'yaml']],
    ['bailiwick agent list --columns trust', ['trusted-until']],
    ['bailiwick -o json group --server http://127.0.0.1 me', ['members']],
    ['bailiwick policy lint READ', ['README.md']],
    ['bailiwick agent list --name ', []],
    ['bailiwick agent show list --sta', []],
  ])('ok: %s', (line, expected) => {
    expect(offers(line)).toEqual(expected);
  });
});

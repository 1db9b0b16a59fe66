// Another commit of this repository, built in a temporary folder.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../scripts/prepare.mjs';

/** Builds a commit; null where it is not known, as in an archive without history. */
export function builtTree(commit) {
  const git = (...args) =>
    execFileSync('git', ['-C', root, ...args], { stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 2 ** 30 });
  try {
    git('cat-file', '-e', `${commit}^{commit}`);
  } catch {
    return null;
  }
  const path = mkdtempSync(join(tmpdir(), 'bailiwick-tree-'));
  const run = (...command) =>
    execFileSync(command[0], command.slice(1), { cwd: path, stdio: ['ignore', 'ignore', 'inherit'] });
  execFileSync('tar', ['-x', '-C', path], { input: git('archive', '--format=tar', commit) });
  const lock = (folder) => readFileSync(join(folder, 'package-lock.json'), 'utf8');
  if (lock(path) === lock(root)) symlinkSync(join(root, 'node_modules'), join(path, 'node_modules'));
  // Not `npm ci`: see scripts/prepare.mjs.
  else run('npm', 'install', '--no-save', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error');
  run('npm', 'run', '--silent', 'build');
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

import { cpSync, mkdtempSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

/** What the tests, the checks and a build of the sources need. */
const PARTS = [
  ...['src', 'test', 'schema', 'drizzle', 'scripts', 'bin', 'dist', 'docs', 'web', 'examples'],
  ...['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json', 'vitest.config.ts'],
  ...['codegen.yml', 'biome.json'],
];

/** Copies the tree to a new folder, whose path it answers: files are changed there. The packages are the tree's own. */
export function copyTree(tree: string, name: string): string {
  const root = mkdtempSync(join(tmpdir(), `${name}-`));
  const filter = (path: string) => basename(path) !== 'node_modules';
  for (const part of PARTS) cpSync(join(tree, part), join(root, part), { recursive: true, filter });
  symlinkSync(join(tree, 'node_modules'), join(root, 'node_modules'));
  return root;
}

import { cpSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';

/** What the tests, the checks and a build of the sources need. */
const PARTS = [
  ...['src', 'test', 'schema', 'drizzle', 'scripts', 'bin', 'dist', 'docs', 'web', 'console', 'examples', 'bench'],
  ...['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json', 'vitest.config.ts'],
  ...['codegen.yml', 'biome.json'],
];

/** Copies the tree into a new folder, and answers its path: files are changed there. The packages are the tree's own. */
export function copyTree(tree: string, copy: string): string {
  const filter = (path: string) => basename(path) !== 'node_modules';
  for (const part of PARTS) cpSync(join(tree, part), join(copy, part), { recursive: true, filter });
  symlinkSync(join(tree, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

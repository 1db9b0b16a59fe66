import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, sep } from 'node:path';
import { CannotStart } from '../platform/cannot-start.js';

/** Every file that scripts/patch.mjs changes, and the word that shows the change. */
const CHANGED = ['connection.js', 'index.js'];
const MENDED = /\bgone\b/;

/**
 * Checks that the installed Postgres driver is mended (docs/decisions/0013): the published one may give an answer to
 * the wrong query.
 * @throws CannotStart
 */
export function requireMendedDriver(folder = driverFolder()): void {
  const unmended = CHANGED.filter((file) => !MENDED.test(readFileSync(join(folder, 'src', file), 'utf8')));
  if (unmended.length === 0) return;
  throw new CannotStart(
    `The Postgres driver in ${folder} is not mended, and may answer a query with what is another's: run \`node scripts/patch.mjs\` in the server's folder, or \`npm install\` without --ignore-scripts.`,
  );
}

function driverFolder(): string {
  const found = createRequire(import.meta.url).resolve('postgres');
  const name = `${sep}node_modules${sep}postgres`;
  return found.slice(0, found.lastIndexOf(`${name}${sep}`) + name.length);
}

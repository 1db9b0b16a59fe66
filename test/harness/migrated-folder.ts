import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** Makes the data folder of a server that a test starts, with the tables in it already: making them takes seconds. */
export function makeMigratedFolder(dataDir: string): void {
  const files = join(dataDir, 'pg');
  mkdirSync(files, { recursive: true, mode: 0o700 });
  execFileSync('tar', ['-xf', process.env.TEST_MIGRATED_DATABASE ?? '', '-C', files], { stdio: 'pipe' });
}

// A Postgres cluster for one benchmark, removed afterwards.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../scripts/prepare.mjs';

const script = join(root, 'scripts', 'postgres.sh');

/** Runs the work with the URL of an empty database, and the file of its log. */
export async function withPostgres(work) {
  const out = execFileSync('bash', [script, 'start'], { encoding: 'utf8' });
  const [, url] = /TEST_DATABASE_URL=(\S+)/.exec(out);
  const [, folder] = /TEST_CLUSTER=(\S+)/.exec(out);
  try {
    return await work(url, join(folder, 'server.log'));
  } finally {
    execFileSync('bash', [script, 'stop', folder]);
  }
}

import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { test } from 'vitest';
import { spawnServer } from '../prove/spawned.js';
import { fill } from './fill.js';
import { answersOf, readsOf } from './reads.js';

/** Long enough for what the server does by itself: expiry of trust aside, seals and candidates. */
const SETTLED_MS = 8_000;

// Run by record.sh, which starts Postgres; the server is the one of RECORD_TREE.
test('a database, filled through the API', async () => {
  const { RECORD_TREE = '', RECORD_NAME = '', TEST_DATABASE_URL = '' } = process.env;
  const folder = mkdtempSync(join(tmpdir(), 'bailiwick-record-'));
  const key = join(folder, 'audit-key.pem');
  const server = await spawnServer({ DATABASE_URL: TEST_DATABASE_URL, BAILIWICK_AUDIT_KEY_PATH: key });
  const filled = await fill(server, server.password);
  const until = new Date().toISOString();
  await delay(SETTLED_MS);
  const reads = readsOf(join(RECORD_TREE, 'schema', 'printed', 'bailiwick.graphql'), until);
  const answers = await answersOf(server, reads, filled.tokens);
  const at = new Date().toISOString();
  await server.close();
  const place = join(import.meta.dirname, '..', 'fixtures', 'filled', RECORD_NAME);
  mkdirSync(place, { recursive: true });
  copyFileSync(key, join(place, 'audit-key.pem'));
  const dump = [
    '--inserts',
    '--rows-per-insert=500',
    '--no-owner',
    '--no-privileges',
    '--no-comments',
    TEST_DATABASE_URL,
  ];
  // Lines that only psql understands begin so.
  const sql = execFileSync('pg_dump', dump, { encoding: 'utf8', maxBuffer: 2 ** 28 }).replaceAll(/^\\.*\n/gm, '');
  writeFileSync(join(place, 'database.sql'), sql);
  writeFileSync(join(place, 'filled.json'), `${JSON.stringify({ at, filled, reads, answers }, null, 1)}\n`);
  rmSync(folder, { recursive: true });
});

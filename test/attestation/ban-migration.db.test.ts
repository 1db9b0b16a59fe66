import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';
import { afterAll, expect, test } from 'vitest';
import { MIGRATIONS } from '../../src/db/migrations.js';

const folder = mkdtempSync(join(tmpdir(), 'bailiwick-migrations-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The migrations until the last that did not know bans of keys. */
function before(): string {
  cpSync(MIGRATIONS, folder, { recursive: true });
  const path = join(folder, 'meta', '_journal.json');
  const journal = JSON.parse(readFileSync(path, 'utf8'));
  const last = journal.entries.findIndex(({ tag }: { tag: string }) => tag === '0018_indexes_of_every_filter');
  writeFileSync(path, JSON.stringify({ ...journal, entries: journal.entries.slice(0, last + 1) }));
  return folder;
}

const AGENTS = [
  // Enrolled, and banned.
  ['agt_1', 'BANNED', true, 'key of 1'],
  // It has only named a key.
  ['agt_2', 'BANNED', false, 'key of 2'],
  ['agt_3', 'BANNED', false, null],
  ['agt_4', 'TRUSTED', true, 'key of 4'],
  ['agt_5', 'RETIRED', false, 'key of 5'],
] as const;

test('ok: the bans of a database of before count for the keys of the agents that are enrolled', async () => {
  const client = await PGlite.create();
  await migrate(drizzle(client), { migrationsFolder: before() });
  await client.exec(`insert into domains (id, name, created_at) values ('dom', 'd', now());
    insert into projects (id, domain_id, name, created_at) values ('prj', 'dom', 'p', now())`);
  for (const [id, state, isLiving, key] of AGENTS) {
    await client.query(
      `insert into agents (id, kind, domain_id, project_id, name, trust_state, created_at, created_by)
       values ($1, 'MACHINE', 'dom', 'prj', $1, $2, now(), 'the test')`,
      [id, state],
    );
    await client.query(
      `insert into attestation_records
         (agent_id, domain_id, project_id, tpm_kind, is_living, ek_fingerprint, accepted_count, rejected_count)
       values ($1, 'dom', 'prj', 'PHYSICAL', $2, $3, 0, 0)`,
      [id, isLiving, key],
    );
  }
  await migrate(drizzle(client), { migrationsFolder: MIGRATIONS });
  const { rows } = await client.query('select ek_fingerprint, agent_id, node_id from ek_bans');
  expect(rows).toEqual([{ ek_fingerprint: 'key of 1', agent_id: 'agt_1', node_id: null }]);
  await client.close();
});

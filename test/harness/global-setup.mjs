// Once before all tests. Worker threads and child processes run the build, so it must be of these sources; and each test
// of the embedded engine starts from a copy of one migrated database, since making one takes seconds.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';
import { prepare, root } from '../../scripts/prepare.mjs';

export async function setup() {
  // Mutants are built by who makes them.
  if (process.env.TEST_PREPARED !== 'true') await prepare();
  process.env.TEST_MIGRATED_DATABASE = await migratedDatabase(
    join(root, 'drizzle'),
    join(root, 'node_modules', '.cache'),
  );
}

/** The path of a dump, kept for as long as the migrations and the engine stay the same. */
async function migratedDatabase(migrations, cache) {
  const hash = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')));
  for (const file of readdirSync(migrations, { recursive: true, withFileTypes: true })) {
    if (file.isFile()) hash.update(file.name).update(readFileSync(join(file.parentPath ?? file.path, file.name)));
  }
  const path = join(cache, `migrated-${hash.digest('hex').slice(0, 16)}.tar`);
  if (existsSync(path)) return path;
  const client = await PGlite.create();
  await migrate(drizzle(client), { migrationsFolder: migrations });
  const dump = await client.dumpDataDir('none');
  await client.close();
  mkdirSync(cache, { recursive: true });
  writeFileSync(`${path}.${process.pid}`, Buffer.from(await dump.arrayBuffer()));
  renameSync(`${path}.${process.pid}`, path);
  return path;
}

// Once before all tests. Worker threads and child processes run the build, so it must be of these sources; and each test
// starts from a copy of one migrated database of its engine, since making one takes seconds.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';
import { drizzle as drizzlePostgres } from 'drizzle-orm/postgres-js';
import { migrate as migratePostgres } from 'drizzle-orm/postgres-js/migrator';
import postgres from 'postgres';
import { prepare, root } from '../../scripts/prepare.mjs';

const MIGRATIONS = join(root, 'drizzle');

export async function setup() {
  // Mutants are built by who makes them.
  if (process.env.TEST_PREPARED !== 'true') await prepare();
  const name = `migrated-${digestOfMigrations()}`;
  process.env.TEST_MIGRATED_DATABASE = await migratedDump(name, join(root, 'node_modules', '.cache'));
  const { TEST_DATABASE_URL: url } = process.env;
  if (url) process.env.TEST_TEMPLATE_DATABASE = await migratedTemplate(name, url);
}

function digestOfMigrations() {
  const hash = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')));
  for (const file of readdirSync(MIGRATIONS, { recursive: true, withFileTypes: true })) {
    if (file.isFile()) hash.update(file.name).update(readFileSync(join(file.parentPath ?? file.path, file.name)));
  }
  return hash.digest('hex').slice(0, 16);
}

/** The path of a dump, kept for as long as the migrations and the engine stay the same. */
async function migratedDump(name, cache) {
  const path = join(cache, `${name}.tar`);
  if (existsSync(path)) return path;
  const client = await PGlite.create();
  await migrate(drizzle(client), { migrationsFolder: MIGRATIONS });
  const dump = await client.dumpDataDir('none');
  await client.close();
  mkdirSync(cache, { recursive: true });
  writeFileSync(`${path}.${process.pid}`, Buffer.from(await dump.arrayBuffer()));
  renameSync(`${path}.${process.pid}`, path);
  return path;
}

/** The name of a database of the cluster, kept as long. It gets its name when it is complete. */
async function migratedTemplate(name, url) {
  const admin = postgres(url, { max: 1, onnotice: () => {} });
  try {
    const [kept] = await admin`select 1 from pg_database where datname = ${name}`;
    if (kept) return name;
    const made = `${name}-${process.pid}`;
    await admin.unsafe(`create database "${made}"`);
    const address = new URL(url);
    address.pathname = `/${made}`;
    const client = postgres(address.href, { max: 1, onnotice: () => {} });
    await migratePostgres(drizzlePostgres(client), { migrationsFolder: MIGRATIONS });
    await client.end();
    await admin.unsafe(`alter database "${made}" rename to "${name}"`);
    return name;
  } finally {
    await admin.end();
  }
}

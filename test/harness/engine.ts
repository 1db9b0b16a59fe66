import { readFileSync } from 'node:fs';
import { PGlite } from '@electric-sql/pglite';
import postgres from 'postgres';
import { embeddedDatabase } from '../../src/db/embedded.js';
import type { Database, Db, Engine, StatementListener } from '../../src/db/open.js';
import { openPostgres } from '../../src/db/postgres.js';

export interface TestDatabase {
  readonly db: Db;
  readonly engine: Engine;
  readonly database: Database;
  close(): Promise<void>;
}

/** A migrated database of the test's own, on the engine that this run is about. */
export function openTestDatabase(statements?: StatementListener): Promise<TestDatabase> {
  return process.env.TEST_ENGINE === 'postgres' ? openTestPostgres(statements) : embedded(statements);
}

async function embedded(statements?: StatementListener): Promise<TestDatabase> {
  const loadDataDir = new Blob([readFileSync(process.env.TEST_MIGRATED_DATABASE ?? '')]);
  const database = embeddedDatabase(await PGlite.create({ loadDataDir }), statements);
  return { db: database.db, engine: 'embedded', database, close: () => database.close() };
}

/** @param way The port through which the server under test reaches Postgres; its own by default. */
export async function openTestPostgres(statements?: StatementListener, way?: number): Promise<TestDatabase> {
  const base = process.env.TEST_DATABASE_URL ?? '';
  const name = `bailiwick_test_${process.pid}_${Math.random().toString(36).slice(2)}`;
  const admin = postgres(base, { max: 1, onnotice: () => {} });
  await admin.unsafe(`create database ${name}`);
  const url = new URL(base);
  url.pathname = `/${name}`;
  if (way !== undefined) url.port = String(way);
  const database = await openPostgres({ url: url.href, connectionsMax: 12, statements });
  const close = async () => {
    await database.close();
    await admin.unsafe(`drop database ${name} with (force)`);
    await admin.end();
  };
  return { db: database.db, engine: 'postgres', database, close };
}

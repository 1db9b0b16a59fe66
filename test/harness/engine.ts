import { readFileSync } from 'node:fs';
import { PGlite } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';
import postgres from 'postgres';
import { embeddedDatabase } from '../../src/db/embedded.js';
import { MIGRATIONS } from '../../src/db/migrations.js';
import type { Database, Engine, RootDb, StatementListener } from '../../src/db/open.js';
import { openPostgres, type PostgresOptions } from '../../src/db/postgres.js';

export interface TestDatabase {
  readonly db: RootDb;
  readonly engine: Engine;
  readonly database: Database;
  close(): Promise<void>;
}

/** A migrated database of the test's own, on the engine that this run is about. */
export function openTestDatabase(statements?: StatementListener): Promise<TestDatabase> {
  return process.env.TEST_ENGINE === 'postgres' ? openTestPostgres(statements) : embedded(statements);
}

/** The same from the dump of a database, which is brought to the newest migration as a server does. */
export function openDumped(dump: string, statements?: StatementListener): Promise<TestDatabase> {
  return process.env.TEST_ENGINE === 'postgres'
    ? openTestPostgres(statements, undefined, { dump })
    : embeddedFrom(dump, statements);
}

async function embeddedFrom(dump: string, statements?: StatementListener): Promise<TestDatabase> {
  const client = await PGlite.create();
  await client.exec(dump);
  await client.query('discard all');
  await migrate(drizzle(client), { migrationsFolder: MIGRATIONS });
  const database = embeddedDatabase(client, statements);
  return { db: database.db, engine: 'embedded', database, close: () => database.close() };
}

interface Embedded {
  readonly client: PGlite;
  /** As migrated. */
  readonly tables: readonly string[];
}

/** Those that a test is done with, empty again: making one takes longer than most stories. */
const idle: Embedded[] = [];

async function embedded(statements?: StatementListener): Promise<TestDatabase> {
  const own = idle.pop() ?? (await migrated());
  const database = embeddedDatabase(own.client, statements);
  const close = async () => {
    if (await isEmptied(own)) idle.push(own);
    else await database.close();
  };
  return { db: database.db, engine: 'embedded', database, close };
}

async function migrated(): Promise<Embedded> {
  const loadDataDir = new Blob([readFileSync(process.env.TEST_MIGRATED_DATABASE ?? '')]);
  const client = await PGlite.create({ loadDataDir });
  return { client, tables: await tablesOf(client) };
}

async function tablesOf(client: PGlite): Promise<string[]> {
  const found = `select relname from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace`;
  return (await client.query<{ relname: string }>(found)).rows.map(({ relname }) => relname);
}

/** Removes every row, and the partitions that were made since. False when tables of the migrations are gone. */
async function isEmptied({ client, tables }: Embedded): Promise<boolean> {
  if (client.closed) return false;
  const found = await tablesOf(client);
  if (tables.some((name) => !found.includes(name))) return false;
  const made = found.filter((name) => !tables.includes(name));
  await client.exec(`${made.map((name) => `drop table ${name}; `).join('')}
    truncate ${tables.join()} restart identity`);
  await client.query('discard all');
  return true;
}

export interface TestPostgresOptions extends Partial<PostgresOptions> {
  /** A database of the cluster; the tests' own cluster by default. */
  readonly base?: string;
  /** Where the database is kept; made for it. */
  readonly tablespace?: { readonly name: string; readonly place: string };
  /** Who owns the database, and is the server's user: made for it, and not a superuser. */
  readonly owner?: string;
  /** What is in it before a server opens it. */
  readonly dump?: string;
  /** The language by whose rules the database orders texts; the cluster's collation by default. */
  readonly language?: string;
}

/** @param way The port through which the server under test reaches Postgres; its own by default. */
export async function openTestPostgres(
  statements?: StatementListener,
  way?: number,
  asked: TestPostgresOptions = {},
): Promise<TestDatabase> {
  const { base = process.env.TEST_DATABASE_URL ?? '', tablespace, owner, language, dump, ...options } = asked;
  const name = `bailiwick_test_${process.pid}_${Math.random().toString(36).slice(2)}`;
  const admin = postgres(base, { max: 1, onnotice: () => {} });
  if (tablespace) await admin.unsafe(`create tablespace ${tablespace.name} location '${tablespace.place}'`);
  if (owner) await admin.unsafe(`create role ${owner} login`);
  await admin.unsafe(`create database ${name} ${clausesOf(asked)}`);
  const url = new URL(base);
  if (owner) url.username = owner;
  url.pathname = `/${name}`;
  if (dump) await restore(url.href, dump);
  if (way !== undefined) url.port = String(way);
  const database = await openPostgres({ url: url.href, connectionsMax: 12, statements, ...options });
  const close = async () => {
    await database.close();
    await admin.unsafe(`drop database ${name} with (force)`);
    if (tablespace) await admin.unsafe(`drop tablespace ${tablespace.name}`);
    if (owner) await admin.unsafe(`drop role ${owner}`);
    await admin.end();
  };
  return { db: database.db, engine: 'postgres', database, close };
}

/** An ordinary database begins as a copy with its tables; any other is empty, and migrated by the server that opens it. */
function clausesOf({ base, tablespace, owner, language, dump }: TestPostgresOptions): string {
  const clauses = [
    tablespace && `tablespace ${tablespace.name}`,
    owner && `owner ${owner}`,
    language && `template template0 locale_provider icu icu_locale '${language}'`,
  ].filter((clause) => clause);
  const isOrdinary = clauses.length === 0 && base === undefined && dump === undefined;
  const template = process.env.TEST_TEMPLATE_DATABASE;
  return isOrdinary && template ? `template "${template}"` : clauses.join(' ');
}

async function restore(url: string, dump: string): Promise<void> {
  const client = postgres(url, { max: 1, onnotice: () => {} });
  await client.unsafe(dump);
  await client.end();
}

import { readdirSync } from 'node:fs';
import { is } from 'drizzle-orm';
import { PgTable } from 'drizzle-orm/pg-core';

const SRC = new URL('../../src/', import.meta.url);

/** Every table of the server, once. */
export async function allTables(): Promise<PgTable[]> {
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('tables.ts'));
  const modules: object[] = await Promise.all(files.map((path) => import(new URL(path, SRC).href)));
  return [...new Set(modules.flatMap((module) => Object.values(module)))].filter((value) => is(value, PgTable));
}

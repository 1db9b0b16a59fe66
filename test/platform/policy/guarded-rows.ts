import { sql } from 'drizzle-orm';
import { boolean, integer, pgTable, text } from 'drizzle-orm/pg-core';
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Db } from '../../../src/db/open.js';
import { defineTarget } from '../../../src/platform/policy/index.js';

export const guarded = pgTable('policy_guarded', {
  id: integer().primaryKey(),
  owner: text(),
  projectId: text('project_id'),
  level: integer(),
  enabled: boolean(),
  tags: text().array(),
  ports: integer().array(),
});
const grants = pgTable('policy_grants', { guardedId: integer('guarded_id').notNull(), workload: text().notNull() });

/** A row, and the workloads it is granted to. List elements may be null in Postgres, whatever Drizzle's types say. */
export interface Row extends Omit<typeof guarded.$inferSelect, 'tags' | 'ports'> {
  readonly tags: readonly (string | null)[] | null;
  readonly ports: readonly (number | null)[] | null;
  readonly workloads: readonly string[];
}

export const target = defineTarget<Row>()(guarded, {
  owner: { type: 'text', row: (row) => row.owner, sql: (table) => table.owner },
  project_id: { type: 'text', row: (row) => row.projectId, sql: (table) => table.projectId },
  level: { type: 'integer', row: (row) => row.level, sql: (table) => table.level },
  enabled: { type: 'boolean', row: (row) => row.enabled, sql: (table) => table.enabled },
  tags: { type: 'text', list: true, row: (row) => row.tags, sql: (table) => table.tags },
  ports: { type: 'integer', list: true, row: (row) => row.ports, sql: (table) => table.ports },
  stage: {
    type: 'text',
    row: (row) => (row.level === null ? null : row.level > 5 ? 'late' : 'early'),
    sql: (table) => sql`case when ${table.level} > 5 then 'late' when ${table.level} <= 5 then 'early' end`,
  },
  is_granted: {
    type: 'boolean',
    row: (row) => row.workloads.length > 0,
    sql: (table) => sql`exists (select 1 from ${grants} where ${grants.guardedId} = ${table.id})`,
  },
  workload_ids: {
    type: 'text',
    list: true,
    row: (row) => row.workloads,
    sql: (table) => sql`array(select ${grants.workload} from ${grants} where ${grants.guardedId} = ${table.id})`,
  },
});

const TEXTS = ['a', 'b', "it's", '100%', '5', 'True', 'None', '', 'ä"\\'] as const;
const INTEGERS = [0, 5, 6, -1, 443] as const;
export const nullable = <T>(value: fc.Arbitrary<T>) => fc.option(value, { freq: 4 });
export const someText = fc.constantFrom(...TEXTS);
export const someInteger = fc.constantFrom(...INTEGERS);
const rowArbitrary = fc.record({
  owner: nullable(someText),
  projectId: nullable(fc.constantFrom('a', 'b')),
  level: nullable(someInteger),
  enabled: nullable(fc.boolean()),
  tags: nullable(fc.array(someText, { maxLength: 3 })),
  ports: nullable(fc.array(someInteger, { maxLength: 3 })),
  workloads: fc.uniqueArray(fc.constantFrom('a', 'b', 'w'), { maxLength: 2 }),
});

/** Creates the tables, fills them with drawn rows, and answers the rows as the database now holds them. */
export async function createGuardedRows(db: Db): Promise<readonly Row[]> {
  await dropGuardedRows(db);
  await db.execute(sql`create table ${guarded} (id integer primary key, owner text, project_id text, level integer,
    enabled boolean, tags text[], ports integer[])`);
  await db.execute(sql`create table ${grants} (guarded_id integer not null, workload text not null)`);
  const drawn = fc.sample(rowArbitrary, { numRuns: 120, seed: 7 });
  await db.insert(guarded).values(drawn.map(({ workloads: _, ...row }, id) => ({ id, ...row })));
  const granted = drawn.flatMap(({ workloads }, id) => workloads.map((workload) => ({ guardedId: id, workload })));
  await db.insert(grants).values(granted);
  await db.execute(sql`update ${guarded} set tags = tags || null::text where id % 4 = 0`);
  await db.execute(sql`update ${guarded} set ports = null::integer || ports where id % 5 = 0`);
  // The rows are not read back: Drizzle reads null elements as the text NULL on one engine and as null on the other.
  return drawn.map((row, id) => ({
    ...row,
    id,
    tags: id % 4 === 0 ? [...(row.tags ?? []), null] : row.tags,
    ports: id % 5 === 0 ? [null, ...(row.ports ?? [])] : row.ports,
  }));
}

export async function dropGuardedRows(db: Db): Promise<void> {
  await db.execute(sql`drop table if exists ${grants}, ${guarded}`);
}

const keyName = fc.constantFrom(...target.keys.keys());
export const scalarField = fc.constantFrom('user_id', 'project_id', 'workload_id', 'agent_kind');

/** Checks of every form, over the keys of the target and the given credential fields. */
export function checkText(fields: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const literal = fc.constantFrom(
    "'a'",
    '"it\'s"',
    "'100%'",
    "'late'",
    "'5'",
    "''",
    '5',
    '-1',
    '443',
    'True',
    'False',
    'None',
  );
  const atom = fc.oneof(
    { arbitrary: fc.tuple(fields, keyName).map(([field, key]) => `${field}:%(${key})s`), weight: 6 },
    { arbitrary: fc.tuple(literal, keyName).map(([value, key]) => `${value}:%(${key})s`), weight: 6 },
    { arbitrary: fc.tuple(fields, fc.constantFrom('a', '100%%', '5')).map((pair) => pair.join(':')), weight: 1 },
    { arbitrary: fc.constantFrom('role:A', 'role:b', 'rule:owner', 'rule:odd', '@', '!'), weight: 2 },
  );
  const { check } = fc.letrec<{ check: string; atom: string }>((tie) => ({
    atom,
    check: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      tie('atom'),
      tie('check').map((inner) => `not (${inner})`),
      fc.tuple(tie('check'), tie('check')).map(([a, b]) => `(${a}) and (${b})`),
      fc.tuple(tie('check'), tie('check'), tie('check')).map((all) => `(${all.join(') or (')})`),
    ),
  }));
  // Most atoms fail on most rows; alternatives at the top keep allowed and denied in balance.
  return fc.array(check, { minLength: 2, maxLength: 6 }).map((all) => all.map((one) => `(${one})`).join(' or '));
}

export const RULES = { owner: 'user_id:%(owner)s', odd: 'not (rule:owner or None:%(tags)s)' };

/** Counts decisions, so that a run that allowed or denied nearly everything cannot pass for a proof. */
export class Tally {
  allowed = 0;
  denied = 0;

  count(isAllowed: boolean): void {
    if (isAllowed) this.allowed += 1;
    else this.denied += 1;
  }

  report(what: string, engine: string): void {
    const total = this.allowed + this.denied;
    const share = (part: number) => `${((100 * part) / total).toFixed(1)} %`;
    process.stdout.write(
      `${what}, ${engine}: ${total} cases, ${share(this.allowed)} allowed, ${share(this.denied)} denied\n`,
    );
    expect(total).toBeGreaterThanOrEqual(10_000);
    expect(Math.min(this.allowed, this.denied) / total).toBeGreaterThanOrEqual(0.3);
  }
}

import { and, asc, desc, eq, gt, inArray, isNull, lt, not, or, type SQL, sql } from 'drizzle-orm';
import { boolean, integer, jsonb, type PgColumn, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inOrder } from '../../src/db/in-order.js';
import { pageOf, rowsOf } from '../../src/db/rows.js';
import { type Clause, clause, every, name, queryOf, values } from '../../src/platform/sql/clause.js';
import { openTestDatabase, type TestDatabase } from '../harness/engine.js';

const things = pgTable('clause_things', {
  id: text('id').primaryKey(),
  owner: text('owner'),
  size: integer('size').notNull(),
  isOpen: boolean('is_open'),
  tags: text('tags').array(),
  details: jsonb('details'),
  at: timestamp('at', { withTimezone: true }),
});

/** What a caller may send, with all that means something in SQL or in a template. */
const TEXTS = ['a', "it's", '$1', '$2 or true', '"id"', "'; drop table clause_things; --", '\\', '{a,b}', '', 'null'];
const someText = fc
  .oneof(fc.constantFrom(...TEXTS), fc.string({ unit: 'grapheme', maxLength: 12 }))
  .filter((one) => one.isWellFormed() && !one.includes('\0'));

let opened: TestDatabase;
beforeAll(async () => {
  opened = await openTestDatabase();
  await opened.db.execute(sql`create table clause_things (id text collate "C" primary key, owner text, size int not null,
    is_open boolean, tags text[], details jsonb, at timestamptz)`);
  const rows = Array.from({ length: 60 }, (_, at) => ({
    id: `thing-${String(at).padStart(2, '0')}`,
    owner: at % 7 === 0 ? null : (TEXTS[at % TEXTS.length] as string),
    size: at % 5,
    isOpen: [true, false, null][at % 3] as boolean | null,
    tags: at % 4 === 0 ? null : TEXTS.slice(0, at % 4),
    details: at % 2 ? { said: TEXTS[at % TEXTS.length], times: [at, null] } : null,
    at: at % 3 === 0 ? null : new Date(1_700_000_000_000 + at * 977),
  }));
  await opened.db.insert(things).values(rows);
});
afterAll(async () => {
  await opened.db.execute(sql`drop table clause_things`);
  await opened.close();
});

/** One condition, as a clause and as the query builder's. */
interface Both {
  readonly clause: Clause | undefined;
  readonly built: SQL | undefined;
}

const { condition } = fc.letrec<{ condition: Both; leaf: Both }>((tie) => ({
  leaf: fc.oneof(
    someText.map((one) => ({ clause: clause`${things.owner} = ${one}`, built: eq(things.owner, one) })),
    someText.map((one) => ({ clause: clause`${things.id} > ${one}`, built: gt(things.id, one) })),
    fc.array(someText, { minLength: 1, maxLength: 4 }).map((some) => ({
      clause: clause`${things.owner} in (${values(some)})`,
      built: inArray(things.owner, some),
    })),
    fc
      .integer({ min: -1, max: 5 })
      .map((size) => ({ clause: clause`${things.size} < ${size}`, built: lt(things.size, size) })),
    fc.boolean().map((is) => ({ clause: clause`${things.isOpen} = ${is}`, built: eq(things.isOpen, is) })),
    fc.integer({ min: -1000, max: 70_000 }).map((ms) => {
      const at = new Date(1_700_000_000_000 + ms);
      return { clause: clause`${things.at} < ${at}`, built: lt(things.at, at) };
    }),
    // What the builder made, inside of a clause.
    fc.constant({ clause: clause`(${isNull(things.owner)})`, built: isNull(things.owner) }),
    someText.map((one) => ({ clause: clause`${eq(things.owner, one)}`, built: eq(things.owner, one) })),
    fc.constant({ clause: undefined, built: undefined }),
  ),
  condition: fc.oneof(
    { depthSize: 'small' },
    tie('leaf'),
    fc.tuple(tie('condition'), tie('condition')).map(([one, other]) => ({
      clause: every([one.clause, other.clause]),
      built: and(one.built, other.built),
    })),
    fc.tuple(tie('condition'), tie('condition')).map(([one, other]) => ({
      clause: clause`(${one.clause ?? clause`true`} or ${other.clause ?? clause`false`})`,
      built: or(one.built ?? sql`true`, other.built ?? sql`false`),
    })),
    tie('condition').map((one) => ({
      clause: clause`not (${one.clause ?? clause`true`})`,
      // A clause inside of what the builder makes.
      built: not(one.clause?.getSQL() ?? sql`true`),
    })),
  ),
}));
const order = fc.record({
  keys: fc.constantFrom<readonly PgColumn[]>([things.id], [things.size, things.id]),
  direction: fc.constantFrom('ASC' as const, 'DESC' as const),
  limit: fc.integer({ min: 0, max: 70 }),
});

describe('clauses', () => {
  test('ok: a page of any condition is what the query builder reads', async () => {
    let found = 0;
    await fc.assert(
      fc.asyncProperty(condition, order, async (where, { keys, direction, limit }) => {
        const page = await pageOf(opened.db, things, { where: where.clause, orderBy: inOrder(keys, direction), limit });
        const built = await opened.db
          .select()
          .from(things)
          .where(where.built)
          .orderBy(...keys.map((key) => (direction === 'DESC' ? desc(key) : asc(key))))
          .limit(limit);
        expect(page).toEqual(built);
        found += page.length;
      }),
      { numRuns: 300 },
    );
    expect(found).toBeGreaterThan(1000);
  });

  test('ok: the text does not depend on any value', () => {
    const of = (texts: readonly string[], size: number, at: Date | null) =>
      queryOf(
        clause`select ${things.id} from ${things} where ${
          every([
            clause`${things.owner} in (${values(texts)})`,
            clause`${things.size} = ${size}`,
            clause`${things.at} < ${at}`,
          ]) ?? clause`true`
        }`,
      );
    fc.assert(
      fc.property(
        someText,
        someText,
        fc.integer(),
        fc.option(fc.date({ noInvalidDate: true })),
        (one, other, size, at) => {
          const query = of([one, other], size, at);
          expect(query.text).toBe(of(['', ''], 0, null).text);
          expect(query.values).toEqual([one, other, size, at?.toISOString() ?? null]);
        },
      ),
    );
  });

  test('ok: values stand where they are written, in whatever is put together', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(someText, { minLength: 1, maxLength: 6 }), async (some) => {
        const inner = clause`select ${some[0] ?? null}::text as one`;
        const outer = clause`select one, array_to_json(array[${values(some)}]::text[]) as rest from (${inner}) inner_part`;
        expect(await rowsOf(opened.db, outer)).toEqual([{ one: some[0], rest: some }]);
      }),
      { numRuns: 50 },
    );
  });

  test('ok: names are written as the query builder writes them', () => {
    expect(queryOf(clause`${things} ${things.isOpen} ${name('is "open')}`)).toEqual({
      text: '"clause_things" "clause_things"."is_open" "is ""open"',
      values: [],
    });
  });

  test('ok: what the query builder made keeps its own values, each time it is made', () => {
    const made = (owner: string) => queryOf(clause`select ${eq(things.owner, owner)}`).values;
    expect([made('one'), made('other')]).toEqual([['one'], ['other']]);
  });

  test('ok: conditions stay whole beside others, whatever operators they have', () => {
    const either = clause`a or b`;
    expect(queryOf(every([either, clause`c`]) ?? clause``).text).toBe('((a or b) and (c))');
    expect(queryOf(every([either]) ?? clause``).text).toBe('(a or b)');
    expect(every([])).toBeUndefined();
  });

  test('refused: a part that is neither a value nor SQL', () => {
    for (const part of [['one'], { id: 'one' }, Object.create(null)])
      expect(() => clause`select ${part as unknown as string}`).toThrow('A clause takes values and SQL');
  });
});

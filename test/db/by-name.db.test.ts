import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectionByName, type NamedOrder, startsWith } from '../../src/db/by-name.js';
import { COUNTED_MAX, countUpTo } from '../../src/db/counted.js';
import { domains } from '../../src/identity/domains/tables.js';
import { newId } from '../../src/platform/ids.js';
import { openTestDatabase, type TestDatabase } from '../harness/engine.js';

let database: TestDatabase;
/** In the order of their code points. */
const NAMES = [
  'A',
  'B-1',
  'a',
  'a%b',
  'ab',
  'a_b',
  'é',
  '\ud7ff',
  '\ud7ff!',
  '\ue000',
  '😀',
  '\u{10ffff}',
  '\u{10ffff}!',
];

beforeAll(async () => {
  database = await openTestDatabase();
  const row = { version: 1, description: null, createdAt: new Date('2026-03-01T00:00:00Z') };
  for (const name of [...NAMES].reverse())
    await database.db.insert(domains).values({ id: newId('Domain'), name, ...row });
}, 120_000);
afterAll(() => database.close());

async function namesFrom(nameStartsWith: string): Promise<string[]> {
  const orderBy = { field: 'NAME', direction: 'ASC' } as const;
  const found = await connectionByName(
    database.db,
    domains,
    { also: [startsWith(domains.name, nameStartsWith)] },
    { orderBy },
  );
  return found.nodes.map(({ name }) => name);
}

describe('startsWith', () => {
  test.each([
    ['', NAMES],
    ['A', ['A']],
    ['a', ['a', 'a%b', 'ab', 'a_b']],
    ['a_', ['a_b']],
    ['a%', ['a%b']],
    ['é', ['é']],
    // Halves of surrogate pairs come after it, and no text has one.
    ['\ud7ff', ['\ud7ff', '\ud7ff!']],
    ['😀', ['😀']],
    ['\u{10ffff}', ['\u{10ffff}', '\u{10ffff}!']],
    ['\u{10ffff}\u{10ffff}', []],
    ['z', []],
    ['\ud800', []],
    ['a\0', []],
    ['a'.repeat(256), []],
  ])('ok: names that begin with %j, and no other', async (prefix, names) => {
    expect((await namesFrom(prefix)).sort()).toEqual([...names].sort());
  });
});

describe('connectionByName', () => {
  const [byName, latest] = [
    { field: 'NAME', direction: 'ASC' },
    { field: 'CREATED_AT', direction: 'DESC' },
  ] as const;
  /** All pages of two. */
  async function walk(orderBy: NamedOrder): Promise<string[]> {
    const names: string[] = [];
    for (let after: string | null = null, isMore = true; isMore; ) {
      const page: Awaited<ReturnType<typeof readPage>> = await readPage(orderBy, after);
      names.push(...page.nodes.map(({ name }) => name));
      ({ endCursor: after, hasNextPage: isMore } = page.pageInfo);
    }
    return names;
  }
  const readPage = (orderBy: NamedOrder, after: string | null) =>
    connectionByName(database.db, domains, {}, { first: 2, after, orderBy });

  test('ok: pages follow one another by name and by creation, both ways', async () => {
    const { rows } = { rows: await database.db.select({ name: domains.name }).from(domains).orderBy(domains.name) };
    const sorted = rows.map(({ name }) => name);
    expect(sorted.filter((name) => NAMES.includes(name))).toEqual(
      [...NAMES].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    );
    expect(await walk(byName)).toEqual(sorted);
    expect(await walk({ ...byName, direction: 'DESC' })).toEqual([...sorted].reverse());
    const created = await walk({ ...latest, direction: 'ASC' });
    expect(created.slice(-NAMES.length)).toEqual([...NAMES].reverse());
    expect(await walk(latest)).toEqual([...created].reverse());
  });

  test('refused: the cursor of another order', async () => {
    const { endCursor } = (await readPage(byName, null)).pageInfo;
    for (const orderBy of [latest, { ...byName, direction: 'DESC' }] as const)
      await expect(readPage(orderBy, endCursor)).rejects.toMatchObject({ extensions: { code: 'INVALID_CURSOR' } });
  });
});

describe('countUpTo', () => {
  test('ok: counts what meets the condition, up to its maximum, and says null beyond it', async () => {
    const where = startsWith(domains.name, 'many ');
    const many = (from: number, to: number) =>
      database.db.execute(sql`insert into domains (id, name, created_at)
        select 'dom_many_' || n, 'many ' || n, now() from generate_series(${from}::int, ${to}::int) n`);
    expect(await countUpTo(database.db, domains, where)).toBe(0);
    await many(1, COUNTED_MAX);
    expect(await countUpTo(database.db, domains, where)).toBe(COUNTED_MAX);
    await many(COUNTED_MAX + 1, COUNTED_MAX + 1);
    expect(await countUpTo(database.db, domains, where)).toBeNull();
  });
});

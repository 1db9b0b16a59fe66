import { getTableColumns, getTableName } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { allTables } from './tables.js';

test('ok: every moment that is stored has its zone', async () => {
  const columns = (await allTables()).flatMap((table) =>
    Object.values(getTableColumns(table)).map((column) => ({
      name: `${getTableName(table)}.${column.name}`,
      type: column.getSQLType(),
    })),
  );
  const moments = columns.filter(({ type }) => /^(timestamp|date|time)/.test(type));
  expect(moments.length).toBeGreaterThan(30);
  expect(moments.filter(({ type }) => !/^timestamp(\(\d\))? with time zone$/.test(type))).toEqual([]);
});

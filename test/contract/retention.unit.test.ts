import { readFileSync } from 'node:fs';
import { getTableConfig, type PgTable } from 'drizzle-orm/pg-core';
import { describe, expect, test } from 'vitest';
import { eventSweep, requestIdSweep } from '../../src/authority/index.js';
import { DOMAINS } from '../../src/domains.js';
import { allTables } from './tables.js';

const PAGE = readFileSync(new URL('../../docs/retention.md', import.meta.url), 'utf8');

const SWEEPS = [requestIdSweep, eventSweep, ...DOMAINS.flatMap(({ sweeps }) => sweeps ?? [])];
const nameOf = (table: PgTable) => getTableConfig(table).name;

/** What the page says of each table. */
const told = new Map([...PAGE.matchAll(/^\| `(\w+)` \| (.+) \|$/gm)].map(([, name = '', bound = '']) => [name, bound]));
const sweepsOf = (bound: string) => [...bound.matchAll(/sweep `([^`]+)`/g)].map(([, name]) => name);

describe('what bounds each table', () => {
  test('ok: every table has its line, and no line is of a table that is gone', async () => {
    expect([...told.keys()].sort()).toEqual((await allTables()).map(nameOf).sort());
    expect(told.size).toBeGreaterThan(25);
  });

  test('ok: each is kept by people, is one row, is deleted with others, has partitions or has a sweep', () => {
    const form = /^(people|one row$|one for each|partitions by|they are deleted with|sweep `)/;
    expect([...told].filter(([, bound]) => !form.test(bound))).toEqual([]);
  });

  test('ok: every sweep that is told removes rows of that table, and each that removes some is told', () => {
    const pairs = SWEEPS.flatMap(({ name, removes }) => removes.map((table) => [nameOf(table), name]));
    const missing = [...told].flatMap(([table, bound]) =>
      sweepsOf(bound).filter((name) => !pairs.some((pair) => pair[0] === table && pair[1] === name)),
    );
    expect(missing).toEqual([]);
    // Of an agent that is removed everything goes; what has a sweep of its own is told by that.
    const untold = pairs.filter(([table = '']) => sweepsOf(told.get(table) ?? '').length === 0);
    expect(untold).toEqual([]);
  });

  test('ok: every setting that is named exists', async () => {
    const { SETTINGS } = await import('../../src/config/settings.js');
    const named = [...PAGE.matchAll(/`(BAILIWICK_\w+)`/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !(name in SETTINGS))).toEqual([]);
  });
});

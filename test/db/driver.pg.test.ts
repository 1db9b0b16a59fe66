import { sql } from 'drizzle-orm';
import postgres from 'postgres';
import { expect, test } from 'vitest';
import { rowsOf } from '../../src/db/rows.js';
import { openTestPostgres } from '../harness/engine.js';
import { severableLink } from '../harness/severable-link.js';

/** Each ends up to eight connections. */
const CUTS = 40;

const url = () => new URL(process.env.TEST_DATABASE_URL ?? '');

test('ok: the answer behind one that failed after its first row begins at its own first row', async () => {
  const client = postgres(url().href, { max: 1, fetch_types: false, onnotice: () => {} });
  try {
    // The first row is sent before the second divides by zero.
    const failing = client.unsafe('select 1 / (2 - i) as x from generate_series(1, 3) i');
    await expect(failing).rejects.toMatchObject({ code: '22012' });
    expect([...(await client.unsafe('select 7 as y'))]).toEqual([{ y: 7 }]);
  } finally {
    await client.end();
  }
});

test('unavailable: what runs on connections that are cut at any moment, never an answer that lacks its row', async () => {
  const { hostname, port } = url();
  const link = await severableLink({ host: hostname, port: Number(port || 5432) });
  const { db, close } = await openTestPostgres(undefined, link.port);
  // Long enough to be cut in its midst: the rows before the cut have come.
  const read = () =>
    rowsOf<{ id: number }>(db, sql`select i as id, repeat('x', 4000) as text from generate_series(1, 200) i`);
  let answered = 0;
  let failed = 0;
  let isOver = false;
  const reading = Array.from({ length: 8 }, async () => {
    while (!isOver) {
      const rows = await read().catch(() => null);
      if (rows === null) failed += 1;
      else {
        expect([rows.length, rows[0]?.id, rows.at(-1)?.id]).toEqual([200, 1, 200]);
        answered += 1;
      }
    }
  });
  try {
    for (let cuts = 0; cuts < CUTS; cuts += 1) {
      const before = answered;
      while (answered < before + 2) await Promise.race([...reading, new Promise((resolve) => setTimeout(resolve, 1))]);
      link.drop();
    }
  } finally {
    isOver = true;
    await Promise.allSettled(reading);
    await close();
    await link.cut();
  }
  await Promise.all(reading);
  expect(failed).toBeGreaterThan(0);
}, 120_000);

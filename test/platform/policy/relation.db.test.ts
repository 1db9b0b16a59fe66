import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestDatabase } from '../../harness/engine.js';
import { Random } from '../../prove/walk.js';
import {
  createItems,
  decided,
  decidedIn,
  dropItems,
  type Items,
  items,
  randomSubject,
  randomTree,
  say,
} from './relation-cases.js';

const database = await openTestDatabase();
const { db } = database;
let held: Items;

beforeAll(async () => {
  held = await createItems(db, new Random(5), 20);
});
afterAll(async () => {
  await dropItems(db);
  await database.close();
});

const AGENT = { scope: 'agent', credentials: { agent_id: 'a' } } as const;
const TIED = { op: 'same', known: 'agent_id', key: 'labels' } as const;

describe('a relation as a target key', () => {
  it('ok: selects, decides and is foreseen as a model in memory has it', async () => {
    const random = new Random(9);
    for (let n = 0; n < 60; n += 1) {
      const [tree, subject] = [randomTree(random), randomSubject(random)];
      const { text, filtered, allowed } = await decided(db, tree, subject, held.rows);
      const inModel = held.known.filter((item) => say(tree, subject, item) === 'yes').map(({ id }) => id);
      expect(filtered.sort(), text).toEqual([...inModel].sort());
      expect(allowed.sort(), text).toEqual([...inModel].sort());
    }
  });

  it('ok: is read in the transaction, what was just written included', async () => {
    const [row] = held.rows;
    if (!row) throw new Error('no items');
    const outcome = await db
      .transaction(async (tx) => {
        const tie = { id: 'new', owner: null, hub: null };
        await tx.insert(items).values(tie);
        await tx.execute(sql`insert into relation_ties values ('new', 'a')`);
        const { filtered, allowed } = await decidedIn(tx, TIED, AGENT, [tie]);
        expect(filtered).toContain('new');
        expect(allowed).toEqual(['new']);
        throw new Error('undone');
      })
      .catch((error: Error) => error.message);
    expect(outcome).toBe('undone');
    expect((await decided(db, TIED, AGENT, [{ id: 'new', owner: null, hub: null }])).allowed).toEqual([]);
  });
});

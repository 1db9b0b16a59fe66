import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestDatabase } from '../harness/engine.js';
import {
  createItems,
  decided,
  dropItems,
  type Items,
  randomSubject,
  randomTree,
  say,
} from '../platform/policy/relation-cases.js';
import { Random, SEED, Tally, walk } from './walk.js';

const CHECKS = 1_600;
const ITEMS = 25;

const database = await openTestDatabase();
const { db, engine } = database;
let held: Items;

beforeAll(async () => {
  held = await createItems(db, new Random(SEED), ITEMS);
});
afterAll(async () => {
  await dropItems(db);
  await database.close();
});

test('ok: lists, single rows and a model in memory agree on what relations allow', async () => {
  const tally = new Tally(`relations, ${engine}`);
  const checks = await walk(CHECKS, async (random) => {
    const [tree, subject] = [randomTree(random), randomSubject(random)];
    const { text, couldBe, filtered, allowed } = await decided(db, tree, subject, held.rows);
    const inModel = held.known.filter((item) => say(tree, subject, item) === 'yes').map(({ id }) => id);
    const story = `${text} for ${JSON.stringify(subject.credentials)}`;
    expect(filtered.sort(), `the list, ${story}`).toEqual([...inModel].sort());
    expect(allowed.sort(), `the rows, ${story}`).toEqual([...inModel].sort());
    if (!couldBe) expect(inModel, `the operation, ${story}`).toEqual([]);
    for (const { id } of held.known) tally.add(inModel.includes(id) ? 'allowed' : 'denied');
  });
  tally.print(checks * ITEMS);
  const least = Math.min(tally.of('allowed'), tally.of('denied'));
  expect(least / (checks * ITEMS)).toBeGreaterThan(0.15);
});

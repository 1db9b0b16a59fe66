import { desc } from 'drizzle-orm';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { auditEntries } from '../../src/audit/entries/index.js';
import { anyOf } from '../../src/db/among.js';
import { isOnPage, isWanted, type Wanted } from '../../src/db/in-order.js';
import { type Id, newId } from '../../src/platform/ids.js';
import { type Clause, clause, join } from '../../src/platform/sql/clause.js';
import { openTestDatabase, type TestDatabase } from '../harness/engine.js';

const DOMAINS = ['dom_a', 'dom_b'] as Id<'Domain'>[];
const ACTORS = ['usr_a', 'usr_b', null];
const ACTIONS = ['one', 'two', 'three'];
const OUTCOMES = ['ALLOWED', 'DENIED'] as const;
const { id, domainId, actorId, action, outcome } = auditEntries;

let database: TestDatabase;

beforeAll(async () => {
  database = await openTestDatabase();
  const rows = DOMAINS.flatMap((domain) =>
    ACTORS.flatMap((actor) =>
      ACTIONS.flatMap((word) => OUTCOMES.map((result) => ({ domain, actor, word, outcome: result }))),
    ),
  );
  await database.db.insert(auditEntries).values(
    rows.map((row) => ({
      ...{ id: newId('AuditEntry'), occurredAt: new Date(), action: row.word, outcome: row.outcome },
      ...{ domainId: row.domain, actorId: row.actor, requestId: 'x', details: {} },
    })),
  );
}, 120_000);
afterAll(() => database.close());

const some = <Value>(values: readonly Value[]) => fc.option(fc.array(fc.constantFrom(...values), { maxLength: 4 }));

const wantedArbitrary = fc.record({
  ways: fc.array(
    fc.constantFrom(clause`${domainId} = ${'dom_a'}`, clause`${actorId} = ${'usr_a'}`, clause`${action} = ${'two'}`),
    {
      minLength: 1,
      maxLength: 3,
    },
  ),
  actions: some([...ACTIONS, 'none', 'nul\0']),
  outcomes: some(OUTCOMES),
  notOf: fc.option(fc.constantFrom(...ACTIONS)),
  isWalked: fc.boolean(),
  limit: fc.integer({ min: 1, max: 7 }),
});

describe('isOnPage', () => {
  test('ok: page after page, the rows are those that are wanted, each once and in order', async () => {
    let several = 0;
    await fc.assert(
      fc.asyncProperty(wantedArbitrary, async ({ ways, actions, outcomes, notOf, limit, isWalked }) => {
        const wanted: Wanted = {
          visible: {
            clause: clause`(${join(ways, clause` or `)})`,
            ways: ways.map((where, index) => ({ where, keys: new Set([`key ${index}`]) })),
          },
          few: isWalked ? 'key 0' : undefined,
          filters: [anyOf(action, actions), anyOf(outcome, outcomes)],
          also: [notOf === null ? undefined : clause`${action} < ${notOf}`],
        };
        several += ways.length > 1 && new Set(actions).size > 1 ? 1 : 0;
        const read = async (where: Clause | undefined, most: number) =>
          (
            await database.db.select({ id }).from(auditEntries).where(where?.getSQL()).orderBy(desc(id)).limit(most)
          ).map((row) => row.id);
        const all = await read(isWanted(wanted), 1000);
        const paged: string[] = [];
        for (let isMore = true; isMore; ) {
          const isBehind = paged.length === 0 ? undefined : clause`${id} < ${paged.at(-1) as string}`;
          const part = { columns: [id], direction: 'DESC', isBehind, limit } as const;
          const page = await read(isOnPage(auditEntries, wanted, part), limit);
          paged.push(...page);
          isMore = page.length === limit;
        }
        expect(paged).toEqual(all);
      }),
      { numRuns: 60 },
    );
    expect(several).toBeGreaterThan(5);
  }, 120_000);
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CompiledLists, type ListSource } from '../../../src/attestation/allowlists/compiled.js';
import { compiledBytes } from '../../../src/attestation/runtime-policy/index.js';
import { ByteBudget } from '../../../src/platform/byte-budget.js';
import { packContent, storeContent } from '../../../src/uploads/contents/index.js';
import { openTestDatabase, type TestDatabase } from '../../harness/engine.js';
import { roomForAll } from '../../harness/memory.js';

const NOW = new Date('2026-01-01T00:00:00Z');
const SIZE_MAX = 1024 * 1024;

let reads = 0;
let database: TestDatabase;
beforeAll(async () => {
  const logQuery = (statement: string) => {
    if (/select .*content_chunks/.test(statement)) reads += 1;
  };
  database = await openTestDatabase({ logQuery });
}, 60_000);
afterAll(() => database.close());

/** A list of so many files that is stored. */
async function stored(seed: number, files = 1000): Promise<ListSource> {
  const line = (n: number) => `${(n * 100 + seed).toString(16).padStart(64, '0')}  /usr/lib/module-${n}.so\n`;
  const text = Array.from({ length: files }, (_, n) => line(n)).join('');
  const content = await packContent(Buffer.from(text), text.length, roomForAll());
  await database.db.transaction((tx) => storeContent(tx, content, NOW));
  return { ...content, excludes: [] };
}

const nothing = async () => {};

describe('CompiledLists', () => {
  test('ok: users at once share one compilation, and its bytes stay leased for the next', async () => {
    const memory = new ByteBudget({ max: SIZE_MAX });
    const lists = new CompiledLists(memory);
    const list = await stored(1);
    reads = 0;
    const policies = await Promise.all([1, 2, 3].map(() => lists.use(database.db, list, async (policy) => policy)));
    const once = reads;
    expect(new Set(policies).size).toBe(1);
    expect(policies[0]?.files.count).toBe(1000);
    await lists.use(database.db, list, nothing);
    expect(reads).toBe(once);
    expect(memory.inUse).toBe(policies[0] && compiledBytes(policies[0]));
  });

  test('ok: what nobody uses gives way to what others need; what is used stays, and others are refused', async () => {
    const memory = new ByteBudget({ max: SIZE_MAX });
    const lists = new CompiledLists(memory);
    const [used, idle] = [await stored(2), await stored(3)];
    await lists.use(database.db, idle, nothing);
    await lists.use(database.db, used, async (policy) => {
      const own = compiledBytes(policy);
      expect(memory.inUse).toBeGreaterThan(own);
      const [lease, other] = [memory.lease('a'), memory.lease('b')];
      lease.take(SIZE_MAX / 2);
      other.take(SIZE_MAX / 2 - own);
      expect(memory.inUse).toBe(SIZE_MAX);
      expect(() => other.take(1)).toThrow('as much content as it has memory for');
      lease.end();
      other.end();
    });
    reads = 0;
    await lists.use(database.db, used, nothing);
    expect(reads).toBe(0);
    await lists.use(database.db, idle, nothing);
    expect(reads).toBeGreaterThan(0);
  });

  test('ok: the list used last is kept though it is more than half of the budget, until others need the memory', async () => {
    const memory = new ByteBudget({ max: 26_000_000 });
    const lists = new CompiledLists(memory);
    const large = await stored(5, 240_000);
    await lists.use(database.db, large, nothing);
    expect(memory.inUse).toBeGreaterThan(memory.max / 2);
    reads = 0;
    await lists.use(database.db, large, nothing);
    expect(reads).toBe(0);
    const other = memory.lease(null);
    other.take(memory.max - 1000);
    expect(memory.inUse).toBe(memory.max - 1000);
  });

  test('unavailable: a list for which there is no room leaves nothing leased, and is compiled when there is', async () => {
    const memory = new ByteBudget({ max: SIZE_MAX });
    const lists = new CompiledLists(memory);
    const list = await stored(4);
    const [lease, other] = [memory.lease('a'), memory.lease('b')];
    lease.take(SIZE_MAX / 2);
    other.take(SIZE_MAX / 2 - 1000);
    const asked = [lists.use(database.db, list, nothing), lists.use(database.db, list, nothing)];
    for (const outcome of await Promise.allSettled(asked))
      expect(outcome).toMatchObject({ reason: { code: 'UNAVAILABLE' } });
    expect(memory.inUse).toBe(SIZE_MAX - 1000);
    lease.end();
    await lists.use(database.db, list, nothing);
  });
});

import { describe, expect, test } from 'vitest';
import { ByteBudget } from '../../src/platform/byte-budget.js';
import type { Refusal } from '../../src/platform/errors.js';

/** What refused, with what the caller is told. */
function refusalOf(run: () => void): object {
  try {
    run();
  } catch (error) {
    return (error as Refusal).extensions;
  }
  throw new Error('not refused');
}

const UNAVAILABLE = { code: 'UNAVAILABLE', retryAfterSeconds: 2 };

describe('ByteBudget', () => {
  test('ok: one holder has five sixths at most, whatever the number of its leases; others have the rest', () => {
    const refusals: string[] = [];
    const budget = new ByteBudget({ max: 60, onRefusal: (limit) => refusals.push(limit) });
    const [first, second, other] = [budget.lease('a'), budget.lease('a'), budget.lease('b')];
    first.take(30);
    second.take(20);
    expect(refusalOf(() => second.take(1))).toEqual(UNAVAILABLE);
    other.take(10);
    expect(refusalOf(() => other.take(1))).toEqual(UNAVAILABLE);
    expect([budget.inUse, refusals]).toEqual([60, ['caller', 'all']]);
    first.give(5);
    second.take(5);
    first.end();
    second.end();
    other.end();
    expect(budget.inUse).toBe(0);
  });

  test('ok: no more is given back than was taken, and once', () => {
    const budget = new ByteBudget({ max: 60 });
    const [lease, other] = [budget.lease('a'), budget.lease('b')];
    other.take(7);
    lease.take(5);
    lease.give(50);
    lease.end();
    lease.end();
    expect(budget.inUse).toBe(7);
    expect(() => lease.take(1)).toThrow('the lease has ended');
  });

  test('ok: what is kept for all gives way, as much as is needed', () => {
    const budget = new ByteBudget({ max: 60 });
    const kept = budget.lease(null);
    kept.take(60);
    budget.whenShort((bytes) => kept.give(bytes));
    const lease = budget.lease('a');
    lease.take(20);
    expect(budget.inUse).toBe(60);
    kept.give(40);
    expect(budget.inUse).toBe(20);
  });

  test('ok: a lease ends with what it was lent for, however that ends', async () => {
    const budget = new ByteBudget({ max: 60 });
    const failed = budget.lend('a', async (lease) => {
      lease.take(10);
      throw new Error('failed');
    });
    await expect(failed).rejects.toThrow('failed');
    expect(budget.inUse).toBe(0);
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SharedSlots } from '../../src/server/limits/concurrency.js';
import { strangersOf } from '../../src/server/limits/rate-limits.js';

/** How many slots a key gets while the others keep theirs. */
function fill(slots: SharedSlots, key: string): number {
  for (let got = 0; ; got += 1) {
    try {
      slots.enter(key);
    } catch {
      return got;
    }
  }
}

describe('the part for strangers', () => {
  test('ok: an eighth, and never none of some', () => {
    expect([0, 1, 7, 8, 9, 500].map(strangersOf)).toEqual([0, 1, 1, 1, 2, 63]);
  });
});

describe('slots that keys share', () => {
  test('ok: a key gets a fifth of them, rounded up, and the next a fifth of the rest', () => {
    const slots = new SharedSlots(100);
    expect(['a', 'b', 'c'].map((key) => fill(slots, key))).toEqual([20, 16, 13]);
    expect(fill(new SharedSlots(10), 'a')).toBe(2);
    expect(fill(new SharedSlots(11), 'a')).toBe(3);
  });

  test('ok: whoever holds none gets the last, and nobody more than there are', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.array(fc.nat(40)), (max, keys) => {
        const slots = new SharedSlots(max);
        for (const key of keys) {
          const isFull = slots.size === max;
          const got = fill(slots, `k${key}`);
          expect(slots.size).toBeLessThanOrEqual(max);
          if (isFull) expect(got).toBe(0);
        }
        const isFull = slots.size === max;
        expect(fill(slots, 'new') > 0).toBe(!isFull);
      }),
    );
  });

  test('ok: a slot that is left is free again', () => {
    const slots = new SharedSlots(1);
    const leave = slots.enter('a');
    expect(() => slots.enter('b')).toThrow('Too many requests at once.');
    leave();
    expect(slots.size).toBe(0);
    slots.enter('b');
  });
});

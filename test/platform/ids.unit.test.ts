import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/platform/clock.js';
import { lowestId, newId, takeIdsFrom } from '../../src/platform/ids.js';

const HOUR = 3_600_000;
/** Behind the clock of the machine nothing is as new as ids that were made before; so stories begin far ahead of it. */
let ms = Date.now() + 1000 * HOUR;
const clock = { now: () => new Date(ms) };

describe('newId', () => {
  afterEach(() => takeIdsFrom(systemClock));

  test('ok: it begins with the time of the process’s clock, not the machine’s', () => {
    takeIdsFrom(clock);
    const id = newId('Event');
    expect(id > lowestId('Event', clock.now())).toBe(true);
    expect(id < lowestId('Event', new Date(ms + 1))).toBe(true);
  });

  test('ok: unique and in their order, however the clock jumps', () => {
    takeIdsFrom(clock);
    const jumps = fc.array(fc.oneof(fc.integer({ min: -10, max: 10 }), fc.integer({ min: -HOUR, max: HOUR })));
    fc.assert(
      fc.property(jumps, (moves) => {
        const ids = moves.flatMap((by) => {
          ms += by;
          return [newId('Event'), newId('Event')];
        });
        expect(ids).toEqual([...new Set(ids)].sort());
      }),
    );
  });
});

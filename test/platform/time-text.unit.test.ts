import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isIsoTime, isoFrom, isoOf } from '../../src/platform/time-text.js';

/** Of earlier years, `Date` reads the text of the database as of the last century. */
const years = { min: new Date('0100-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true };
const inYears = fc.date(years);

/** A time as Postgres writes it: fractions without their last zeros, a space or, in JSON, a T. */
const written = fc
  .record({
    date: inYears,
    microseconds: fc.constantFrom('', '000', '001', '999', '120'),
    zone: fc.constantFrom('+00', '+00:00', '+02', '-03:30', '+05:45', 'Z'),
    between: fc.constantFrom(' ', 'T'),
  })
  .map(({ date, microseconds, zone, between }) => {
    const [day, time = ''] = date.toISOString().slice(0, -1).split('T');
    const fraction = `${time}${microseconds}`.replace(/\.?0+$/, (zeros, at: number) => (at >= 8 ? '' : zeros));
    return `${day}${between}${fraction}${zone}`;
  });

describe('times as text', () => {
  test('ok: any text of the database reads as a Date of it is written', () => {
    fc.assert(
      fc.property(written, (text) => {
        const date = new Date(text);
        fc.pre(!Number.isNaN(date.getTime()));
        expect(isoFrom(text)).toBe(date.toISOString());
      }),
      { numRuns: 5000 },
    );
  });

  test.each([
    ['2026-01-02 03:04:05+00', '2026-01-02T03:04:05.000Z'],
    ['2026-01-02 03:04:05.6+00', '2026-01-02T03:04:05.600Z'],
    ['2026-01-02 03:04:05.67+00', '2026-01-02T03:04:05.670Z'],
    ['2026-01-02 03:04:05.678901+00', '2026-01-02T03:04:05.678Z'],
    ['2026-01-02T03:04:05.678+00:00', '2026-01-02T03:04:05.678Z'],
    ['2026-01-02 03:04:05.678+02', '2026-01-02T01:04:05.678Z'],
    ['0099-12-31 23:59:59.999+00', '0099-12-31T23:59:59.999Z'],
  ])('ok: %s is %s', (text, iso) => expect(isoFrom(text)).toBe(iso));

  test.each(['infinity', '0044-03-15 12:00:00+00 BC', 'now', ''])('invalid: %j is no time', (text) => {
    expect(() => isoFrom(text)).toThrow(RangeError);
  });

  test('ok: texts sort by time', () => {
    fc.assert(
      fc.property(inYears, inYears, (one, other) => {
        expect(isoOf(one) < isoOf(other)).toBe(one < other);
        expect(isIsoTime(isoOf(one))).toBe(true);
      }),
    );
  });

  test.each(['2026-01-02', '2026-01-02T03:04:05Z', '2026-01-02T03:04:05.678+00:00', new Date(), 0, null])(
    'refused: %j is not written so',
    (value) => expect(isIsoTime(value)).toBe(false),
  );
});

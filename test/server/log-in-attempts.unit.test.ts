import { describe, expect, test } from 'vitest';
import { LogInAttempts } from '../../src/server/limits/log-in-attempts.js';
import { NO_LIMITS, RequestLimits } from '../../src/server/limits/rate-limits.js';

const at = (seconds: number) => new Date(seconds * 1000);

describe('wrong passwords for a name from one source', () => {
  test('refused: after five at once, for twice as long each time, up to the bound', () => {
    const attempts = new LogInAttempts(20_000);
    const begin = (seconds: number) => attempts.begin('s', 'd/ann', at(seconds));
    expect([1, 2, 3, 4, 5, 6].map(() => begin(0))).toEqual([0, 0, 0, 0, 0, 2]);
    expect([begin(1), begin(2), begin(3)]).toEqual([1, 0, 3]);
    expect([begin(6), begin(7)]).toEqual([0, 7]);
    expect([begin(14), begin(15)]).toEqual([0, 15]);
    expect([begin(30), begin(31)]).toEqual([0, 19]);
    expect([begin(50), begin(51)]).toEqual([0, 19]);
  });

  test('ok: nobody else waits: another source, another name, and the same after the right one', () => {
    const attempts = new LogInAttempts(20_000);
    for (let count = 0; count < 9; count++) attempts.begin('s', 'd/ann', at(0));
    expect([attempts.begin('t', 'd/ann', at(0)), attempts.begin('s', 'd/bob', at(0))]).toEqual([0, 0]);
    attempts.succeeded('s', 'd/ann');
    expect([1, 2, 3, 4, 5].map(() => attempts.begin('s', 'd/ann', at(0)))).toEqual([0, 0, 0, 0, 0]);
    expect(attempts.begin('s', 'd/ann', at(0))).toBe(2);
  });

  test('ok: begins anew a quarter of an hour after the wait was over', () => {
    const attempts = new LogInAttempts(20_000);
    for (let count = 0; count < 5; count++) attempts.begin('s', 'd/ann', at(0));
    for (let count = 0; count < 5; count++) expect(attempts.begin('s', 'd/ann', at(2000))).toBe(0);
  });

  test('refused: until then what was wrong counts', () => {
    const waitAfter = (seconds: number) => {
      const attempts = new LogInAttempts(20_000);
      for (let count = 0; count < 5; count++) attempts.begin('s', 'd/ann', at(0));
      return [attempts.begin('s', 'd/ann', at(seconds)), attempts.begin('s', 'd/ann', at(seconds))];
    };
    // The wait itself is of two seconds.
    expect(waitAfter(902)).toEqual([0, 4]);
    expect(waitAfter(903)).toEqual([0, 0]);
  });

  test('ok: nobody waits longer than the bound when the clock is set back', () => {
    const attempts = new LogInAttempts(20_000);
    for (let count = 0; count < 12; count++) attempts.begin('s', 'd/ann', at(3600));
    expect(attempts.begin('s', 'd/ann', at(3600))).toBe(2);
    expect([attempts.begin('s', 'd/ann', at(0)), attempts.begin('s', 'd/ann', at(10))]).toEqual([20, 10]);
    expect(attempts.begin('s', 'd/ann', at(20))).toBe(0);
  });

  test('ok: who logged in from there before gets in while the name is tried from everywhere', () => {
    const clock = { now: () => at(0) };
    const limits = new RequestLimits({ ...NO_LIMITS, logInsPerMinutePerUser: 2 }, clock);
    limits.attemptLogIn('home', 'd/ann').succeeded();
    limits.attemptLogIn('a', 'd/ann');
    expect(() => limits.attemptLogIn('b', 'd/ann')).toThrow('Too many requests');
    expect(() => limits.attemptLogIn('home', 'd/ann')).not.toThrow();
  });

  test('ok: only the right password makes a name known, there alone; no number of wrong ones makes it forgotten', () => {
    const attempts = new LogInAttempts(20_000);
    attempts.succeeded('home', 'd/ann');
    for (let nth = 0; nth < 60_000; nth++) attempts.begin(`away-${nth}`, 'd/ann', at(0));
    const known = [
      ['home', 'd/ann'],
      ['home', 'd/bob'],
      ['away-1', 'd/ann'],
      ['away-59999', 'd/ann'],
    ] as const;
    expect(known.map(([source, name]) => attempts.isKnown(source, name))).toEqual([true, false, false, false]);
  });
});

import { describe, expect, test } from 'vitest';
import { TokenBuckets } from '../../src/platform/token-buckets.js';
import { NO_LIMITS, RequestLimits } from '../../src/server/limits/rate-limits.js';

const clock = { now: () => new Date(0) };

/** Enters as often as it is let in; answers how often that was, and what ends each stay. */
function enter(admit: (leave: (done: () => void) => void) => void) {
  const stays: (() => void)[] = [];
  const leave = (done: () => void) => stays.push(done);
  let count = 0;
  try {
    for (; count < 10; count += 1) admit(leave);
  } catch (error) {
    expect(error).toMatchObject({ code: 'RATE_LIMITED', extensions: { retryAfterSeconds: 1 } });
  }
  return { count, end: () => stays.forEach((done) => void done()) };
}

const known = (principal: string) => ({ clientAddress: 'a', principal });
const stranger = (clientAddress: string) => ({ clientAddress, principal: null });

describe('RequestLimits', () => {
  test('refused: more requests at once than one principal may have, until they end', () => {
    const limits = new RequestLimits({ ...NO_LIMITS, concurrentRequestsPerPrincipal: 3 }, clock);
    const first = enter((leave) => limits.run(known('a'), leave));
    expect(first.count).toBe(3);
    expect(enter((leave) => limits.run(known('b'), leave)).count).toBe(3);
    first.end();
    expect(enter((leave) => limits.run(known('a'), leave)).count).toBe(3);
  });

  test('refused: more than one address may have', () => {
    const limits = new RequestLimits({ ...NO_LIMITS, concurrentRequestsPerSource: 2 }, clock);
    const first = enter((leave) => limits.run(stranger('a'), leave));
    expect(first.count).toBe(2);
    first.end();
    expect(enter((leave) => limits.run(stranger('a'), leave)).count).toBe(2);
  });

  test('ok: strangers take an eighth of all slots at most, and whoever holds none finds one', () => {
    const limits = new RequestLimits({ ...NO_LIMITS, concurrentRequests: 64 }, clock);
    const counts = ['a', 'b', 'c', 'd'].map((source) => enter((leave) => limits.run(stranger(source), leave)).count);
    expect(counts).toEqual([2, 2, 1, 1]);
    expect(limits.load).toEqual({ strangers: 6, known: 0 });
    expect(enter((leave) => limits.run(known('a'), leave)).count).toBe(10);
    expect(enter((leave) => limits.run(stranger('e'), leave)).count).toBe(1);
  });

  test('refused: passwords too often from one address, whatever the names; for one name, whatever the addresses', () => {
    const often = (attempt: (limits: RequestLimits, nth: number) => void, settings: object) => {
      const limits = new RequestLimits({ ...NO_LIMITS, ...settings }, clock);
      for (let nth = 0; nth < 3; nth += 1) attempt(limits, nth);
      expect(() => attempt(limits, 3)).toThrow('Too many requests; try again later.');
    };
    often((limits, nth) => void limits.attemptLogIn('a', `user-${nth}`), { logInsPerMinutePerSource: 3 });
    often((limits, nth) => void limits.attemptLogIn(`source-${nth}`, 'admin'), { logInsPerMinutePerUser: 3 });
  });

  test('refused: after five wrong passwords a name waits at that address, until the right one was given', () => {
    const limits = new RequestLimits({ ...NO_LIMITS, logInWaitMaxMs: 10_000 }, clock);
    const attempts = Array.from({ length: 5 }, () => limits.attemptLogIn('a', 'admin'));
    expect(() => limits.attemptLogIn('a', 'admin')).toThrow('Too many wrong passwords; try again later.');
    expect(() => limits.attemptLogIn('b', 'admin')).not.toThrow();
    attempts[4]?.succeeded();
    expect(limits.attemptLogIn('a', 'admin')).toMatchObject({ isKnown: true });
  });

  test('ok: nothing is refused without limits', () => {
    const limits = new RequestLimits(NO_LIMITS, clock);
    expect(enter((leave) => limits.run(stranger('a'), leave)).count).toBe(10);
    for (let index = 0; index < 1000; index += 1) limits.attemptLogIn('a', 'admin');
  });
});

describe('TokenBuckets', () => {
  test('ok: a bucket fills with time, not beyond its burst, and not when the clock goes back', () => {
    const buckets = new TokenBuckets({ perSecond: 0.5, burst: 2 });
    const take = (ms: number) => buckets.take('a', new Date(ms));
    expect([take(0), take(0), take(0)]).toEqual([0, 0, 2]);
    expect(take(1000)).toBe(1);
    expect(take(2000)).toBe(0);
    expect(take(1000)).toBe(2);
    expect([take(100_000), take(100_000), take(100_000)]).toEqual([0, 0, 2]);
  });
});

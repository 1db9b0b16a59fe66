import { describe, expect, test } from 'vitest';
import { unauthenticated } from '../../src/platform/errors.js';
import { LookUps } from '../../src/server/http/caller-look-ups.js';
import { FairPool } from '../../src/server/limits/fair-pool.js';
import { Random } from '../prove/walk.js';

/** Work that goes on until it is told to end. */
function held() {
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { work: () => ended, end };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('FairPool', () => {
  test('ok: who has most loses the oldest, whoever comes', () => {
    const pool = new FairPool<string>(4);
    expect(['a1', 'a2', 'a3'].map((member) => pool.add('a', member))).toEqual([undefined, undefined, undefined]);
    expect(pool.add('b', 'b1')).toBeUndefined();
    expect(pool.add('b', 'b2')).toBe('a1');
    expect(pool.add('a', 'a4')).toBe('a2');
    expect([pool.delete('b', 'b1'), pool.delete('b', 'b1'), pool.size]).toEqual([true, false, 3]);
  });

  test('same: what a plain count of all members would say, in any order of calls', () => {
    const random = new Random(7);
    const pool = new FairPool<number>(0);
    const plain: { key: string; member: number }[] = [];
    const remove = (member: number | undefined) =>
      plain.splice(
        plain.findIndex((each) => each.member === member),
        1,
      );
    for (let step = 0; step < 5000; step += 1) {
      const counts = new Map<string, number>();
      for (const { key } of plain) counts.set(key, (counts.get(key) ?? 0) + 1);
      if (random.chance(0.55)) {
        const key = `${random.below(9)}`;
        pool.add(key, step);
        plain.push({ key, member: step });
      } else if (plain.length > 0 && random.chance(0.5)) {
        const { key, member } = random.pick(plain);
        expect(pool.delete(key, member)).toBe(true);
        remove(member);
      } else if (plain.length > 0) {
        const out = pool.takeFromLargest();
        const { key = '' } = plain.find(({ member }) => member === out) ?? {};
        expect(counts.get(key)).toBe(Math.max(...counts.values()));
        expect(plain.find((each) => each.key === key)?.member).toBe(out);
        remove(out);
      }
      expect(pool.size).toBe(plain.length);
    }
  });
});

describe('LookUps', () => {
  const principalOf = (found: string) => found;
  const of = (presented: string) => ({ presented, clientAddress: 'a' });

  test('ok: what counted lately does not wait behind new ones, from the same address even', async () => {
    const lookUps = new LookUps(1);
    await lookUps.run(of('good'), principalOf, async () => 'ada');
    const bogus = held();
    const stuck = lookUps.run(of('bogus'), principalOf, () => bogus.work().then(() => 'nobody'));
    expect(await lookUps.run(of('good'), principalOf, async () => 'ada')).toBe('ada');
    bogus.end();
    await stuck;
  });

  test('forbidden: what counts no longer is a new one again', async () => {
    const lookUps = new LookUps(1);
    await lookUps.run(of('good'), principalOf, async () => 'ada');
    const revoked = lookUps.run(of('good'), principalOf, () => Promise.reject(unauthenticated()));
    await expect(revoked).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    const bogus = held();
    const stuck = lookUps.run(of('bogus'), principalOf, () => bogus.work().then(() => 'nobody'));
    let isDone = false;
    const again = lookUps
      .run(of('good'), principalOf, async () => 'ada')
      .then(() => {
        isDone = true;
      });
    await settled();
    expect(isDone).toBe(false);
    bogus.end();
    await Promise.all([stuck, again]);
  });
});

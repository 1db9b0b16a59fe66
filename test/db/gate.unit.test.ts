import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  CONNECTIONS_MIN,
  Gate,
  NoConnection,
  ONE_CONNECTION,
  SHARES,
  type Share,
  sharesOf,
} from '../../src/db/gate.js';

/** Something that holds a connection until it is told to let go. */
function holder() {
  let letGo = () => {};
  const until = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  return { run: () => until, letGo };
}
const aTurn = () => new Promise((resolve) => setImmediate(resolve));
const anything = { numRuns: 300 };

describe('how connections are divided', () => {
  test('ok: every share gets one, whatever the others hold, for any number of connections', () => {
    for (let connections = CONNECTIONS_MIN; connections <= 200; connections += 1) {
      const limits = Object.values(sharesOf(connections));
      const kept = limits.reduce((sum, limit) => sum + limit.kept, 0);
      // One is left for those that have none of their own.
      expect(kept).toBeLessThan(connections);
      for (const limit of limits) expect(limit.most).toBeGreaterThanOrEqual(Math.max(1, limit.kept));
    }
  });

  test('ok: transactions that all wait, and strangers, leave room for reads, callers and streams', async () => {
    const gate = new Gate(10, sharesOf(10), 10_000);
    const holders = (['write', 'stranger', 'chore'] as const).flatMap((share) =>
      Array.from({ length: 100 }, () => {
        const { run, letGo } = holder();
        return { letGo, passed: gate.pass(share, run) };
      }),
    );
    await aTurn();
    for (const share of ['read', 'caller', 'stream'] as const) {
      expect(await gate.pass(share, async () => share)).toBe(share);
    }
    for (const { letGo } of holders) letGo();
    await Promise.all(holders.map(({ passed }) => passed));
    expect(SHARES.map((share) => gate.use(share).inUse)).toEqual(SHARES.map(() => 0));
  });
});

describe('the gate', () => {
  test('ok: never more than there are connections, and all come through, whatever comes in whatever order', async () => {
    const arrivals = fc.array(fc.tuple(fc.constantFrom(...SHARES), fc.integer({ min: 0, max: 3 })), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: CONNECTIONS_MIN, max: 20 }), arrivals, async (connections, all) => {
        const limits = sharesOf(connections);
        const gate = new Gate(connections, limits, 10_000);
        const inside = new Map<Share, number>(SHARES.map((share) => [share, 0]));
        const count = () => [...inside.values()].reduce((sum, of) => sum + of, 0);
        const work = async (share: Share, turns: number) => {
          inside.set(share, (inside.get(share) ?? 0) + 1);
          expect(count()).toBeLessThanOrEqual(connections);
          expect(inside.get(share)).toBeLessThanOrEqual(limits[share].most);
          for (let turn = 0; turn < turns; turn += 1) await aTurn();
          inside.set(share, (inside.get(share) ?? 0) - 1);
        };
        await Promise.all(all.map(([share, turns]) => gate.pass(share, () => work(share, turns))));
        expect(count()).toBe(0);
      }),
      anything,
    );
  });

  test('ok: shares take turns, and each is first come first served', async () => {
    const gate = new Gate(1, ONE_CONNECTION, 10_000);
    const { run, letGo } = holder();
    const order: string[] = [];
    const first = gate.pass('write', run);
    const noted = (share: Share, n: number) => gate.pass(share, async () => void order.push(`${share} ${n}`));
    const all = [...[1, 2, 3].map((n) => noted('stranger', n)), ...[1, 2].map((n) => noted('read', n))];
    letGo();
    await Promise.all([first, ...all]);
    expect(order).toEqual(['read 1', 'stranger 1', 'read 2', 'stranger 2', 'stranger 3']);
  });

  test('unavailable: what waited as long as it may, and what fails lets the next one in', async () => {
    const gate = new Gate(1, ONE_CONNECTION, 20);
    const { run, letGo } = holder();
    const first = gate.pass('write', run);
    await expect(gate.pass('read', async () => 'never')).rejects.toThrow(NoConnection);
    expect(gate.use('read')).toEqual({ inUse: 0, waiting: 0, refused: 1 });
    letGo();
    await first;
    await expect(gate.pass('read', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(await gate.pass('read', async () => 'next')).toBe('next');
  });

  test('unavailable: at once, where as many wait as may', async () => {
    const gate = new Gate(1, ONE_CONNECTION, 60_000);
    const { run, letGo } = holder();
    const waiting = Array.from({ length: 5001 }, () => gate.pass('write', run));
    await expect(gate.pass('write', run)).rejects.toThrow('5000 wait already');
    letGo();
    await Promise.all(waiting);
  });
});

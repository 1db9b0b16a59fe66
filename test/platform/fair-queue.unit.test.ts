import { describe, expect, test } from 'vitest';
import { type Refusal, unavailable } from '../../src/platform/errors.js';
import { FairQueue } from '../../src/platform/fair-queue.js';

type Lane = 'known' | 'strange' | 'setting';

/** A queue whose tasks end when a test says so, and the order in which they began. */
function story(waitMaxMs = 60_000) {
  const queue = new FairQueue<Lane>({
    runningMax: 2,
    first: 'known',
    lanes: {
      known: { runningMax: 2, waitingMaxPerKey: 4, waitingMax: 8 },
      strange: { runningMax: 2, waitingMaxPerKey: 4, waitingMax: 8 },
      setting: { runningMax: 1, waitingMaxPerKey: 4, waitingMax: 8 },
    },
  });
  const begun: string[] = [];
  const refused: string[] = [];
  const running: (() => void)[] = [];
  const tell = (name: string) => (error: Refusal) => void refused.push(`${name}: ${error.code}`);
  const endOne = async () => {
    running.shift()?.();
    await settled();
  };
  const endAll = async () => {
    await settled();
    while (running.length > 0) await endOne();
  };
  return {
    queue,
    begun,
    refused,
    enter(lane: Lane, key: string, name = key, atEnd?: (leave: () => void) => void): Promise<void> {
      const task = () => {
        begun.push(name);
        return new Promise<void>((end) => running.push(end));
      };
      return queue.run({ lane, key, waitMaxMs, atEnd }, task).catch(tell(name));
    },
    endOne,
    endAll,
  };
}

/** Whatever is ready to go on has gone on. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('turns', () => {
  test('ok: one key waits for one task of each other, however many that has', async () => {
    const { enter, endAll, begun } = story();
    for (const name of ['a1', 'a2', 'a3', 'a4', 'a5']) enter('strange', 'a', name);
    for (const name of ['b1', 'b2']) enter('strange', 'b', name);
    enter('strange', 'c', 'c1');
    await endAll();
    expect(begun).toEqual(['a1', 'a2', 'a3', 'b1', 'c1', 'a4', 'b2', 'a5']);
  });

  test('ok: who is known comes next, whoever waits already', async () => {
    const { enter, endOne, endAll, begun } = story();
    for (const key of ['a', 'b', 'c', 'd', 'e']) enter('strange', key);
    await settled();
    enter('known', 'home');
    await endOne();
    expect(begun).toEqual(['a', 'b', 'home']);
    await endAll();
  });

  test('ok: passwords that are set have one place at most, and take turns with strangers for it', async () => {
    const { enter, endOne, endAll, begun } = story();
    for (const name of ['s1', 's2', 's3']) enter('setting', 'admin', name);
    enter('strange', 'a', 'a1');
    await settled();
    expect(begun).toEqual(['s1', 'a1']);
    for (const name of ['a2', 'a3', 'a4']) enter('strange', 'a', name);
    await endOne();
    await endAll();
    expect(begun.indexOf('s2')).toBeLessThan(begun.indexOf('a4'));
    expect(begun).toHaveLength(7);
  });
});

describe('bounds', () => {
  test('refused: more of one key than may wait, and of nobody else', async () => {
    const { enter, endAll, refused, begun } = story();
    for (let nth = 1; nth <= 8; nth++) enter('strange', 'a', `a${nth}`);
    enter('strange', 'b');
    await endAll();
    expect(refused).toEqual(['a7: RATE_LIMITED', 'a8: RATE_LIMITED']);
    expect(begun).toContain('b');
  });

  test('refused: in a full lane the last of who has most, for one who has less; then everybody', async () => {
    const { enter, endAll, refused, begun } = story();
    for (const key of ['x', 'y']) enter('strange', key);
    for (const key of ['a', 'b']) for (let nth = 1; nth <= 4; nth++) enter('strange', key, `${key}${nth}`);
    for (const key of ['c', 'd', 'e', 'f', 'g', 'h']) enter('strange', key);
    await settled();
    expect(refused).toEqual(['a4', 'b4', 'a3', 'b3', 'a2', 'b2'].map((name) => `${name}: RATE_LIMITED`));
    enter('strange', 'late');
    await settled();
    expect(refused.at(-1)).toBe('late: RATE_LIMITED');
    enter('known', 'home');
    await endAll();
    expect(begun.indexOf('home')).toBe(2);
  });

  test('refused: what waited too long; its place is free', async () => {
    const { enter, endAll, refused, queue } = story(20);
    const all = ['a', 'b', 'c'].map((key) => enter('strange', key));
    await all[2];
    expect(refused).toEqual(['c: RATE_LIMITED']);
    expect(queue.waiting).toBe(0);
    await endAll();
  });

  test('unavailable: what waited too long, where that is not the fault of who asks', async () => {
    const lane = { runningMax: 1, waitingMaxPerKey: 1, waitingMax: 1 };
    const queue = new FairQueue({ runningMax: 1, first: 'one', lanes: { one: lane }, late: unavailable });
    const place = { lane: 'one', key: 'a', waitMaxMs: 20 } as const;
    let end = () => {};
    const running = queue.run(place, () => new Promise<void>((resolve) => (end = resolve)));
    await expect(queue.run(place, async () => {})).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    end();
    await running;
  });

  test('ok: who went away leaves', async () => {
    const { enter, endAll, begun, queue } = story();
    let goAway = () => {};
    for (const key of ['a', 'b']) enter('strange', key);
    enter('strange', 'c', 'c', (leave) => {
      goAway = leave;
    });
    enter('strange', 'd');
    await settled();
    expect(queue.waiting).toBe(2);
    goAway();
    enter('strange', 'e', 'e', (leave) => leave());
    expect(queue.waiting).toBe(1);
    await endAll();
    expect(begun).toEqual(['a', 'b', 'd']);
  });
});

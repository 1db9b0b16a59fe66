import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Turns } from '../../src/server/streams/turns.js';

test('ok: few run at a time, callers in the order in which they came, and all of one caller together', async () => {
  const turns = new Turns(2);
  const order: string[] = [];
  let running = 0;
  let most = 0;
  const run = (name: string) => async () => {
    running += 1;
    most = Math.max(most, running);
    await delay(1);
    running -= 1;
    order.push(name);
  };
  const callers = ['a', 'b', 'c', 'd', 'c', 'd', 'e', 'c'];
  await Promise.all(callers.map((caller) => turns.take(caller, run(caller))));
  expect(most).toBe(2);
  expect(order.slice(0, 2).sort()).toEqual(['a', 'b']);
  expect(order.filter((name) => 'cd'.includes(name)).sort()).toEqual(['c', 'c', 'c', 'd', 'd']);
  expect(order.at(-1)).not.toBe('d');
});

test('ok: what fails fails for who asked, and the next has its turn', async () => {
  const turns = new Turns(1);
  const failing = turns.take('a', async () => {
    throw new Error('no');
  });
  const next = turns.take('b', async () => 'yes');
  await expect(failing).rejects.toThrow('no');
  expect(await next).toBe('yes');
});

test('ok: others run between two turns', async () => {
  const turns = new Turns(1);
  let between = 0;
  const ticking = setInterval(() => {
    between += 1;
  }, 0);
  const spins = Array.from({ length: 20 }, () =>
    turns.take('a', async () => {
      for (const end = performance.now() + 2; performance.now() < end; );
    }),
  );
  await Promise.all(spins);
  clearInterval(ticking);
  expect(between).toBeGreaterThan(5);
});

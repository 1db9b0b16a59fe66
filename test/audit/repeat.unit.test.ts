import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { repeat } from '../../src/audit/sealer/repeat.js';

test('ok: what fails is told and done again, and stopping waits for what runs', async () => {
  const told: unknown[] = [];
  let [begun, ended] = [0, 0];
  const work = async () => {
    begun += 1;
    await delay(20);
    if (begun === 2) throw new Error('once');
    ended += 1;
  };
  const repetition = repeat(work, 1, (error) => told.push(error));
  const from = performance.now();
  while (begun < 4) await delay(5);
  // After a failure it waits ten times as long, and never longer than ten seconds.
  expect(performance.now() - from).toBeLessThan(5000);
  await repetition.stop();
  expect(told).toEqual([new Error('once')]);
  const [atStop, wholeAtStop] = [begun, ended];
  expect(wholeAtStop).toBe(atStop - 1);
  await delay(60);
  expect([begun, ended]).toEqual([atStop, wholeAtStop]);
});

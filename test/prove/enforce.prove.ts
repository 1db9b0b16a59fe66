import { expect, test } from 'vitest';
import { compareEnforcement } from '../server/compare-enforcement.js';

test('ok: thousands of generated operations of every persona are answered as under graphql-shield', async () => {
  const tally = await compareEnforcement(1_000, 6_000);
  process.stdout.write(`enforce: ${JSON.stringify(tally)}\n`);
  expect(tally.compared).toBe(40_000);
}, 600_000);

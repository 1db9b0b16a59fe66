import { expect, test } from 'vitest';
import { compareEnforcement, PERSONAS } from '../server/compare-enforcement.js';

const OPERATIONS = Math.ceil(5_000 * Number(process.env.PROVE_SHARE ?? 1));
const SEED = Number(process.env.PROVE_SEED ?? Date.now() % 1_000_000);

test('ok: thousands of generated operations of every persona are answered as under graphql-shield', async () => {
  const tally = await compareEnforcement(SEED, SEED + OPERATIONS);
  process.stdout.write(`enforce: seed ${SEED}, ${JSON.stringify(tally)}\n`);
  expect(tally.compared).toBe(Object.keys(PERSONAS).length * OPERATIONS);
});

import { describe, expect, test } from 'vitest';
import { compareEnforcement } from './compare-enforcement.js';

describe('enforce', () => {
  test('ok: generated operations of every persona are answered as under graphql-shield', async () => {
    const { compared, bare } = await compareEnforcement(0, 260);
    expect(compared).toBeGreaterThan(2_000);
    expect(bare / compared).toBeGreaterThan(0.2);
    expect(1 - bare / compared).toBeGreaterThan(0.2);
  }, 60_000);
});

import { describe, expect, test } from 'vitest';
import { makeChallenge } from '../../src/attestation/challenges/challenge.js';
import { makeNonce } from '../../src/attestation/log-in/nonce.js';

const COUNT = 100_000;
/** Standard deviations: one run in some hundred thousand goes beyond by chance, over all that is looked at here. */
const SIGMAS = 6;
const KEY = Buffer.alloc(32, 7);
const EXPIRES = new Date('2030-01-01T00:00:00Z');

const asked = { number: 1, expiresAt: EXPIRES, imaOffset: 0, pcrs: [10], hashAlgorithms: ['sha256' as const] };

const KINDS: readonly (readonly [string, () => Buffer])[] = [
  // The same agent, the same moment, the same key: what differs is what is random, and what follows from it.
  ['challenges', () => makeChallenge(KEY, 'agt_same', asked).nonce],
  ['log-in nonces', () => makeNonce(KEY, 'agt_same', EXPIRES).subarray(6)],
];

/** How many bits are set. */
function weight(bytes: Uint8Array): number {
  let count = 0;
  for (let byte of bytes) for (; byte > 0; byte &= byte - 1) count += 1;
  return count;
}

const difference = (a: Uint8Array, b: Uint8Array) => a.map((byte, index) => byte ^ (b[index] ?? 0));

describe.each(KINDS)('%s', (_name, make) => {
  const made = Array.from({ length: COUNT }, make);
  const bits = (made[0]?.length ?? 0) * 8;

  test(`ok: of ${COUNT} none repeats, in whole or in its first or last eight bytes`, () => {
    for (const part of [undefined, [0, 8], [-8]] as const)
      expect(new Set(made.map((nonce) => nonce.subarray(...(part ?? [])).toString('hex'))).size).toBe(COUNT);
    expect(bits).toBeGreaterThanOrEqual(26 * 8);
  });

  test('ok: each bit is set as often as not', () => {
    const sums = new Array<number>(bits).fill(0);
    for (const nonce of made)
      for (let bit = 0; bit < bits; bit += 1)
        sums[bit] = (sums[bit] ?? 0) + (((nonce[bit >> 3] ?? 0) >> (bit & 7)) & 1);
    const far = sums.filter((sum) => Math.abs(sum - COUNT / 2) > (SIGMAS * Math.sqrt(COUNT)) / 2);
    expect(far).toEqual([]);
  });

  test('ok: one tells nothing of the next: half of the bits differ, no more alike near each other than far', () => {
    for (const distance of [1, 2, 1000]) {
      const pairs = COUNT - distance;
      let differing = 0;
      for (let at = 0; at < pairs; at += 1) {
        const [one, other] = [made[at], made[at + distance]];
        if (one && other) differing += weight(difference(one, other));
      }
      expect(Math.abs(differing - (pairs * bits) / 2)).toBeLessThan((SIGMAS * Math.sqrt(pairs * bits)) / 2);
    }
    const rising = made.filter((nonce, at) => at > 0 && Buffer.compare(made[at - 1] ?? nonce, nonce) < 0).length;
    expect(Math.abs(rising - COUNT / 2)).toBeLessThan(SIGMAS * Math.sqrt(COUNT / 12));
  });
});

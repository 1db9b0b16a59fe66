import { describe, expect, test } from 'vitest';
import { Duties } from '../../src/cli/attestation/machine/duties.js';
import { CliError } from '../../src/cli/common/errors.js';

const LONG_MS = 60_000;

describe('duties of an agent', () => {
  test('ok: each is done at once, and again after its own time', async () => {
    const counts = { quick: 0, slow: 0 };
    const duty = (name: keyof typeof counts, ms: number) => ({
      name,
      async run() {
        counts[name] += 1;
        return ms;
      },
    });
    await new Duties([duty('quick', 20), duty('slow', LONG_MS)], () => {}).during(300, new AbortController().signal);
    expect(counts.slow).toBe(1);
    expect(counts.quick).toBeGreaterThan(1);
  });

  test('ok: one that fails is said once, tried again, and keeps no other from being done', async () => {
    const said: string[] = [];
    let done = 0;
    const failing = { name: 'lease', run: () => Promise.reject(new CliError('no')) };
    const working = {
      name: 'facts',
      async run() {
        done += 1;
        return LONG_MS;
      },
    };
    const duties = new Duties([failing, working], (line) => said.push(line));
    await duties.during(50, new AbortController().signal);
    await duties.during(50, new AbortController().signal);
    expect([said, done]).toEqual([['lease: no'], 1]);
  });

  test('ok: ends early when it is stopped', async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 20);
    const began = performance.now();
    await new Duties([], () => {}).during(LONG_MS, stop.signal);
    expect(performance.now() - began).toBeLessThan(LONG_MS / 2);
  });
});

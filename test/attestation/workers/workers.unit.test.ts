import { describe, expect, test } from 'vitest';
import { compileRuntimePolicy, RuntimePolicyError } from '../../../src/attestation/runtime-policy/index.js';
import { compileInWorker } from '../../../src/attestation/workers/index.js';
import { Refusal } from '../../../src/platform/errors.js';
import { roomForAll } from '../../harness/memory.js';

const digestOf = (n: number) => n.toString(16).padStart(64, '0');
const listOf = (count: number) =>
  Buffer.from(Array.from({ length: count }, (_, n) => `${digestOf(n)}  /usr/lib/file-${n}\n`).join(''));

describe('compileInWorker', () => {
  test('ok: what a thread compiles is what is compiled here, on memory that is shared', async () => {
    const here = compileRuntimePolicy(listOf(500), ['^/tmp/']);
    const there = await compileInWorker(listOf(500), ['^/tmp/'], roomForAll());
    expect(there).toEqual(here);
    expect(there.files.records).toBeInstanceOf(SharedArrayBuffer);
  });

  test('ok: others get their turn while a long list is compiled', async () => {
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 1);
    await compileInWorker(listOf(100_000), [], roomForAll());
    clearInterval(timer);
    expect(turns).toBeGreaterThan(10);
  });

  test('invalid: every problem comes back with its line', async () => {
    const content = Buffer.from('zz  /a\n\nnot a line\n');
    const here = problemsOf(() => compileRuntimePolicy(content));
    const refused = compileInWorker(content, [], roomForAll());
    await expect(refused).rejects.toBeInstanceOf(RuntimePolicyError);
    await expect(refused).rejects.toMatchObject({ problems: here });
    expect(here.length).toBeGreaterThan(1);
  });

  test('unavailable: work past what may wait is refused, and the rest is done', async () => {
    const asked = Array.from({ length: 300 }, () => compileInWorker(listOf(10), [], roomForAll()));
    const answers = await Promise.allSettled(asked);
    const refused = answers.filter((answer) => answer.status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(100);
    for (const { reason } of refused) {
      expect(reason).toBeInstanceOf(Refusal);
      expect(reason.code).toBe('UNAVAILABLE');
    }
  });
});

function problemsOf(read: () => unknown) {
  try {
    read();
  } catch (error) {
    if (error instanceof RuntimePolicyError) return error.problems;
  }
  throw new Error('not refused');
}

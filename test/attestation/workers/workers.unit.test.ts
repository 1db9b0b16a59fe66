import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import {
  type CompiledRuntimePolicy,
  compiledBytes,
  compileRuntimePolicy,
  openRuntimePolicy,
  RuntimePolicyError,
} from '../../../src/attestation/runtime-policy/index.js';
import { checkInWorker, compileInWorker, type ListStream } from '../../../src/attestation/workers/index.js';
import { ByteBudget } from '../../../src/platform/byte-budget.js';
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
    expect(there.files.slots).toBeInstanceOf(SharedArrayBuffer);
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

describe('a list that is fed', () => {
  const MIB = 1024 * 1024;
  const content = listOf(30_000);
  const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;

  /** The content in pieces; what comes behind so many of them is up to `then`. */
  function stream(pieceBytes = 100_000, pieces = Number.POSITIVE_INFINITY, then = async () => {}): ListStream {
    async function* read() {
      for (let n = 0; n < pieces && n * pieceBytes < content.length; n += 1)
        yield content.subarray(n * pieceBytes, (n + 1) * pieceBytes);
      await then();
    }
    return { size: content.length, digest, overhead: MIB, open: () => Readable.from(read()) };
  }

  test('ok: it is what it is as a whole, and leased is what it takes', async () => {
    const here = compileRuntimePolicy(content, ['/tmp/']);
    for (const pieceBytes of [10_007, 100_000, 10 * MIB]) {
      const memory = new ByteBudget({ max: 16 * MIB });
      const there = await compileInWorker(stream(pieceBytes), ['/tmp/'], memory.lease(null));
      expect(there.contentDigest).toBe(here.contentDigest);
      expect(bytesOf(there).equals(bytesOf(here))).toBe(true);
      const name = '/usr/lib/file-29999';
      expect(openRuntimePolicy(there).lookup(name, 'sha256', Buffer.from(digestOf(29_999), 'hex'))).toBe('MATCH');
      expect(memory.inUse).toBe(compiledBytes(there));
    }
  });

  test('ok: of a list that is only checked nothing stays leased', async () => {
    const memory = new ByteBudget({ max: 16 * MIB });
    const lease = memory.lease('somebody');
    expect(await checkInWorker(stream(), [], lease)).toBe(30_000);
    expect(await checkInWorker(listOf(10), [], lease)).toBe(10);
    expect(memory.inUse).toBe(0);
  });

  test('unavailable: tables that find no room, and nothing stays leased', async () => {
    const memory = new ByteBudget({ max: 4 * MIB });
    const refused = compileInWorker(stream(), [], memory.lease(null));
    await expect(refused).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(memory.inUse).toBe(0);
    const whole = compileInWorker(listOf(200_000), [], memory.lease(null));
    await expect(whole).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(memory.inUse).toBe(0);
  });

  test('error: content that cannot be read to its end says why, and the thread goes on to the next', async () => {
    const memory = new ByteBudget({ max: 16 * MIB });
    const gone = new Error('the database is gone');
    for (const pieces of [0, 1, 5]) {
      const broken = stream(100_000, pieces, () => Promise.reject(gone));
      await expect(compileInWorker(broken, [], memory.lease(null))).rejects.toBe(gone);
    }
    const short = compileInWorker(stream(100_000, 3), [], memory.lease(null));
    await expect(short).rejects.toThrow('the list is not the');
    const refused = compileInWorker({ ...stream(), size: 429_400_001 }, [], memory.lease(null));
    await expect(refused).rejects.toThrow('the list has more than 429400000 bytes');
    expect(memory.inUse).toBe(0);
    expect(await checkInWorker(stream(), [], memory.lease(null))).toBe(30_000);
  });

  test('unavailable: content that does not come is given up in time, and no thread waits for it', async () => {
    const memory = new ByteBudget({ max: 64 * MIB });
    const opened: Readable[] = [];
    const silent = () => {
      const { open, ...rest } = stream(100_000, 2, () => new Promise(() => {}));
      const kept = () => {
        const readable = open();
        opened.push(readable);
        return readable;
      };
      return compileInWorker({ ...rest, open: kept }, [], memory.lease(null), 1000);
    };
    // More than there are threads.
    const answers = await Promise.allSettled(Array.from({ length: 8 }, silent));
    for (const answer of answers) expect(answer).toMatchObject({ reason: { code: 'UNAVAILABLE' } });
    expect(memory.inUse).toBe(0);
    expect(await checkInWorker(stream(), [], memory.lease(null))).toBe(30_000);
    expect(opened.length).toBeGreaterThan(0);
    expect(opened.every(({ destroyed }) => destroyed)).toBe(true);
  });
});

function bytesOf({ files }: CompiledRuntimePolicy): Buffer {
  return Buffer.concat([...files.names, ...files.directories, files.slots].map((block) => new Uint8Array(block)));
}

function problemsOf(read: () => unknown) {
  try {
    read();
  } catch (error) {
    if (error instanceof RuntimePolicyError) return error.problems;
  }
  throw new Error('not refused');
}

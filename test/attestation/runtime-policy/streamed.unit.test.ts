import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type CompiledRuntimePolicy,
  compileRuntimePolicy,
  compileStreamedPolicy,
  openRuntimePolicy,
  type PolicyProblem,
  RuntimePolicyError,
} from '../../../src/attestation/runtime-policy/index.js';

const hex = (content: string | Uint8Array, algorithm = 'sha256') => createHash(algorithm).update(content).digest('hex');
const line = (path: string) => `${hex(path)}  ${path}\n`;

/** Gives content in pieces of these sizes, the last of them again and again. */
function inPieces(content: Uint8Array, sizes: readonly number[]) {
  let at = 0;
  let reads = 0;
  return {
    size: content.length,
    digest: hex(content),
    read: (target: Uint8Array) => {
      const size = sizes[Math.min(reads, sizes.length - 1)] ?? 1;
      const piece = content.subarray(at, at + Math.min(size, target.length));
      target.set(piece);
      at += piece.length;
      reads += 1;
      return piece.length;
    },
    reads: () => reads,
  };
}

type Outcome = CompiledRuntimePolicy | { readonly problems: readonly PolicyProblem[] };

function outcomeOf(compile: () => CompiledRuntimePolicy): Outcome {
  try {
    return compile();
  } catch (error) {
    if (error instanceof RuntimePolicyError) return { problems: error.problems };
    throw error;
  }
}

const streamed = (content: Uint8Array, sizes: readonly number[], excludes?: string[]) =>
  outcomeOf(() => compileStreamedPolicy(inPieces(content, sizes), excludes));
const whole = (content: Uint8Array, excludes?: string[]) => outcomeOf(() => compileRuntimePolicy(content, excludes));

/** Everything of an outcome as plain values: shared memory compares equal whatever it holds. */
function plain(outcome: Outcome): unknown {
  return JSON.parse(
    JSON.stringify(outcome, (_, value) => (value instanceof SharedArrayBuffer ? hex(new Uint8Array(value)) : value)),
  );
}

function expectSame(content: Uint8Array, sizes: readonly number[], excludes?: string[]): void {
  expect(plain(streamed(content, sizes, excludes))).toEqual(plain(whole(content, excludes)));
}

const PATHS = ['/usr/bin/bash', '/a b', '/a_b', '/é/ü', '/usr/lib/x', 'boot_aggregate', '/dir/', '/😀', '/x\\y'];
const path = fc.oneof(fc.constantFrom(...PATHS), {
  weight: 4,
  arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
});
const digest = fc.oneof(
  { weight: 60, arbitrary: fc.constantFrom(hex('a'), hex('b', 'sha1'), hex('c', 'sha512'), `sha256:${hex('d')}`) },
  fc.constantFrom('zz', '', 'ab', `sha1:${hex('a')}`),
);
const flat = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: fc.tuple(digest, fc.constantFrom('  ', ' *', ' '), path).map((parts) => parts.join('')) },
      fc.constantFrom('', '# a comment', '\r', `\\${hex('e')}  /a\\\\b\\nc`, 'x'.repeat(17_000)),
    ),
    { maxLength: 12 },
  )
  .map((lines) => lines.join('\n'));
const table = fc
  .array(fc.tuple(path, fc.array(digest, { maxLength: 3 })), { maxLength: 6 })
  .map(
    (entries) =>
      `{${entries.map(([name, digests]) => `${JSON.stringify(name)} : ${JSON.stringify(digests)}`).join(',\n ')}}`,
  );
const json = fc
  .tuple(
    table,
    table,
    fc.constantFrom('', ',"release":1.5e3', ',"verification-keys":"x"', ',"meta":{"version": 2}', ',"a\\u0062":[[{}]]'),
    fc.constantFrom('{', '\n\n {'),
  )
  .map(([files, buffers, rest, open]) => `${open}"digests":${files},\n"ima-buf":${buffers}${rest}}`);

/** Perhaps with one byte that is another, or missing. */
const content = fc
  .tuple(fc.oneof(flat, json), fc.option(fc.tuple(fc.nat(), fc.nat(255))), fc.boolean())
  .map(([text, change, isMissing]) => {
    const bytes = Buffer.from(text);
    if (change === null || bytes.length === 0) return bytes;
    const at = change[0] % bytes.length;
    if (isMissing) return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]);
    bytes[at] = change[1];
    return bytes;
  });

describe('compileStreamedPolicy', () => {
  test('ok: a list in any pieces is what it is as a whole, and so is what is wrong with it', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 8 });
    let [good, bad] = [0, 0];
    const check = (bytes: Buffer, pieces: readonly number[]) => {
      if ('problems' in whole(bytes)) bad += 1;
      else good += 1;
      expectSame(bytes, pieces);
    };
    fc.assert(fc.property(content, sizes, check), { numRuns: 1000 });
    expect(Math.min(good, bad)).toBeGreaterThan(50);
  });

  test('ok: every cut of a digest, a path, an escape and a character of several bytes', () => {
    const texts = [
      `${line('/é/😀 b')}\\${hex('x')}  /a\\\\b\r\n`,
      `{"digests" : {"/\\u00e9\\"": ["${hex('a')}"], "/😀": []}, "release": -12.5e1 }\n`,
      `{"digests":{"/é":["${hex('a').slice(1)}"], "/é":[]}} x`,
    ];
    for (const text of texts) {
      const bytes = Buffer.from(text);
      for (let cut = 1; cut < bytes.length; cut += 1) expectSame(bytes, [cut, 1, bytes.length], ['/tmp/']);
    }
  });

  test('ok: a list that is longer than the window, with what was read last still known behind a cut', () => {
    const lines = Array.from({ length: 40_000 }, (_, n) => line(`/usr/lib/directory-${n % 77}/module ${n}.so`));
    const bytes = Buffer.from(lines.join(''));
    expectSame(bytes, [100_003]);
    const digests = Object.fromEntries(Array.from({ length: 40_000 }, (_, n) => [`/usr/lib/${n}`, [hex(`${n}`)]]));
    // So much white space between a key and its value that the key has left the window by then.
    const gap = ' \n'.repeat(1_000_000);
    const text = JSON.stringify({ digests, release: 0 }).replace('"release":', `"release"${gap}:${gap}`);
    expectSame(Buffer.from(text), [100_003]);
    expectSame(Buffer.from(text.replace('"release"', '"unknown"')), [100_003]);
    const [problem] = (streamed(Buffer.from(text.replace('"release"', '"unknown"')), [9999]) as RuntimePolicyError)
      .problems;
    expect(problem).toMatchObject({ pointer: '/unknown', line: 1_000_001 });
  });

  test('invalid: what is not UTF-8 is told behind what is wrong before it, wherever the text is cut', () => {
    const bytes = Buffer.concat([Buffer.from(`zz  /a\n${line('/b')}`), Buffer.from([0xe2, 0x82]), Buffer.from('\n')]);
    const told = [
      { line: 1, message: 'the digest is not hex' },
      { line: 3, message: 'the text is not UTF-8' },
    ];
    for (let cut = 1; cut < bytes.length; cut += 1) expect(streamed(bytes, [cut])).toMatchObject({ problems: told });
    expect(whole(bytes)).toMatchObject({ problems: told });
    for (const end of [[0xc3], [0xf0, 0x9f, 0x98], [0xff], [0x80], [0xed, 0xa0, 0x80]])
      for (const size of [1, 2, 3, 1000])
        expectSame(Buffer.concat([Buffer.from(line('/a')), Buffer.from(end)]), [size]);
  });

  test('invalid: a line past 2^24 is told by its number', () => {
    const lines = 2 ** 24 + 7;
    const bytes = Buffer.alloc(lines + 10, '\n');
    bytes.write('zz  /a', lines);
    const problems = [{ line: lines + 1, message: 'the digest is not hex' }];
    expect(streamed(bytes, [2 ** 18])).toEqual({ problems });
    bytes[0] = 0x7b;
    expect(streamed(bytes, [2 ** 18])).toMatchObject({ problems: [{ line: lines, message: 'a string was expected' }] });
  });

  test('invalid: a string or a line that is longer than what is kept in memory', () => {
    const long = 'x'.repeat(3_000_000);
    const json = Buffer.from(`{\n"digests": {}, "release": "${long}"}`);
    const told = { line: 2, pointer: '/release', message: 'a string has at most 1048576 bytes' };
    for (const outcome of [whole(json), streamed(json, [70_000])]) expect(outcome).toEqual({ problems: [told] });
    for (const text of [
      `${hex('a')}  /${long}`,
      `${long}  /a`,
      long,
      `#${long}\n${line('/a')}`,
      `${line('/a')}#${long}`,
    ])
      expectSame(Buffer.from(text), [70_000]);
    expect(streamed(Buffer.from(`#${long}\n${line('/a')}`), [70_000])).toMatchObject({ files: { count: 1 } });
  });

  test('invalid: a list that is too large is refused before a byte of it is read', () => {
    const list = { ...inPieces(Buffer.from(line('/a')), [10]), size: 429_400_001 };
    expect(() => compileStreamedPolicy(list)).toThrow(RuntimePolicyError);
    expect(() => compileStreamedPolicy(list)).toThrow('the list has more than 429400000 bytes');
    expect(list.reads()).toBe(0);
  });

  test('invalid: other bytes than were announced are no list at all', () => {
    const bytes = Buffer.from(line('/a') + line('/b'));
    const list = inPieces(bytes, [50]);
    const other = { ...inPieces(bytes, [50]), digest: hex('other') };
    const shorter = { ...inPieces(bytes.subarray(0, 70), [50]), size: bytes.length, digest: list.digest };
    expect(compileStreamedPolicy(list).files.count).toBe(2);
    for (const wrong of [other, shorter]) expect(() => compileStreamedPolicy(wrong)).toThrow('the list is not the');
  });
});

describe('memory of a table', () => {
  const names = Array.from({ length: 30_000 }, (_, n) => `/usr/lib/x86_64-linux-gnu/package-${n % 97}/module ${n}.so`);
  const bytes = Buffer.from(names.map(line).join(''));

  test('bounded: it is asked for before it is taken, and in the end no more of it than the table takes', () => {
    let [now, most] = [0, 0];
    const room = (size: number) => {
      now += size;
      most = Math.max(most, now);
    };
    const { files, keyrings, buffers } = compileRuntimePolicy(bytes, [], room);
    const memory = [files, keyrings, buffers].flatMap((part) => [...part.names, ...part.directories, part.slots]);
    expect(now).toBe(memory.reduce((sum, { byteLength }) => sum + byteLength, 0));
    expect(most).toBeGreaterThan(now);
    // A directory is there once, so that a list takes less than its text.
    expect(now).toBeLessThan(bytes.length * 0.7);
  });

  test('refused: what finds no room ends the work', () => {
    const full = new Error('full');
    let left = 100_000;
    const room = (size: number) => {
      left -= size;
      if (left < 0) throw full;
    };
    expect(() => compileRuntimePolicy(bytes, [], room)).toThrow(full);
  });

  test('ok: records and digests across blocks, and names that a log writes alike', () => {
    const digests: Record<string, string[]> = {};
    for (let n = 0; n < 14; n += 1) digests[`/many/${n}`] = Array.from({ length: 9999 }, (_, i) => hex(`${n}-${i}`));
    for (let n = 0; n < 900; n += 1) digests[`/a${n % 2 ? ' ' : '_'}b/${n}_c`] = [hex(`${n}`)];
    digests['/a b_c'] = [hex('1')];
    digests['/a_b c'] = [hex('2')];
    digests['/a b c'] = [];
    const compiled = compileRuntimePolicy(Buffer.from(JSON.stringify({ digests })));
    const policy = openRuntimePolicy(compiled);
    expect(compiled.files.names.length).toBeGreaterThan(1);
    for (const [name, list] of Object.entries(digests)) {
      for (const value of [list[0], list.at(-1)]) {
        if (value === undefined) continue;
        const expected = Buffer.from(value, 'hex');
        expect([name, policy.lookup(name, 'sha256', expected)]).toEqual([name, 'MATCH']);
        expect(policy.lookup(name.replaceAll(' ', '_'), 'sha256', expected)).toBe('MATCH');
      }
    }
    expect(policy.lookup('/a b c', 'sha256', Buffer.from(hex('1'), 'hex'))).toBe('DIGEST_MISMATCH');
    expect([...policy.files.listed()].map((record) => policy.files.nameOf(record))).toEqual(Object.keys(digests));
  });

  test('bounded: names that a log writes alike are refused when there are too many, and take no more memory', () => {
    const name = (n: number) => `/${Array.from({ length: 12 }, (_, bit) => ((n >> bit) & 1 ? ' ' : '_')).join('')}`;
    const list = (count: number) => Buffer.from(Array.from({ length: count }, (_, n) => line(name(n))).join(''));
    expect(compileRuntimePolicy(list(1000)).files.count).toBe(1000);
    expect(() => compileRuntimePolicy(list(4000))).toThrow('the names collide');
  });
});

import { createHash } from 'node:crypto';
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CompiledRuntimePolicy,
  compileRuntimePolicy,
  MAX_PROBLEMS,
  openRuntimePolicy,
  parseExcludeList,
  RuntimePolicyError,
} from '../../../src/attestation/runtime-policy/index.js';

const hex = (content: string, algorithm = 'sha256') => createHash(algorithm).update(content).digest('hex');
const digest = (content: string, algorithm = 'sha256') => createHash(algorithm).update(content).digest();
const compile = (text: string, excludes?: string[]) => compileRuntimePolicy(Buffer.from(text), excludes);
const open = (text: string, excludes?: string[]) => openRuntimePolicy(compile(text, excludes));

/** Keylime's own empty policy (keylime/ima/ima.py), with a file in it. */
const KEYLIME = {
  meta: { version: 1, generator: 1, timestamp: '2026-01-01 00:00:00' },
  release: 0,
  digests: { '/usr/bin/bash': [hex('bash'), hex('bash', 'sha1')] },
  excludes: ['/tmp/.*'],
  keyrings: { '.ima': [hex('key')] },
  ima: { ignored_keyrings: ['.builtin'], log_hash_alg: 'sha1', dm_policy: null },
  'ima-buf': { 'kexec-cmdline': [hex('buffer')] },
  'verification-keys': '',
};

function refusal(text: string | Uint8Array, excludes?: string[]): RuntimePolicyError {
  try {
    compileRuntimePolicy(typeof text === 'string' ? Buffer.from(text) : text, excludes);
  } catch (error) {
    if (error instanceof RuntimePolicyError) return error;
    throw error;
  }
  throw new Error('the list was accepted');
}

describe('compileRuntimePolicy: JSON', () => {
  it('ok: a Keylime runtime policy', () => {
    const text = JSON.stringify(KEYLIME);
    const compiled = compile(text);
    const policy = openRuntimePolicy(compiled);
    expect(compiled).toMatchObject({ format: 'JSON', contentDigest: hex(text), hasVerificationKeys: false });
    expect(policy.lookup('/usr/bin/bash', 'sha256', digest('bash'))).toBe('MATCH');
    expect(policy.lookup('/usr/bin/bash', 'sha1', digest('bash', 'sha1'))).toBe('MATCH');
    expect(policy.lookup('/usr/bin/bash', 'sha256', digest('evil'))).toBe('DIGEST_MISMATCH');
    expect(policy.lookup('/usr/bin/bash', 'sha384', digest('bash'))).toBe('DIGEST_MISMATCH');
    expect(policy.lookup('/usr/bin/bash2', 'sha256', digest('bash'))).toBe('NOT_LISTED');
    expect(policy.expectedDigests('/usr/bin/bash')).toEqual([`sha256:${hex('bash')}`, `sha1:${hex('bash', 'sha1')}`]);
    expect([policy.files.count, policy.keyrings.count, policy.buffers.count]).toEqual([1, 1, 1]);
  });

  it('ok: the compiled list can be posted to a thread, which then shares its memory', () => {
    const compiled = compile(JSON.stringify(KEYLIME));
    const { port1, port2 } = new MessageChannel();
    port1.postMessage(compiled);
    const received: CompiledRuntimePolicy = receiveMessageOnPort(port2)?.message;
    port1.close();
    expect(openRuntimePolicy(received).lookup('/usr/bin/bash', 'sha256', digest('bash'))).toBe('MATCH');
    for (const block of compiled.files.names) new Uint8Array(block).fill(0);
    expect(openRuntimePolicy(received).lookup('/usr/bin/bash', 'sha256', digest('bash'))).toBe('NOT_LISTED');
  });

  it('ok: escaped paths, prefixed digests, and a digest in upper case', () => {
    const policy = open(`{"digests": {"\\u002fa\\"b": ["sha256:${hex('a')}", "${hex('b').toUpperCase()}"]}}`);
    expect(policy.lookup('/a"b', 'sha256', digest('a'))).toBe('MATCH');
    expect(policy.lookup('/a"b', 'sha256', digest('b'))).toBe('MATCH');
  });

  it('ok: a path with spaces is found as the kernel writes it, and both names share what they list', () => {
    const policy = open(JSON.stringify({ digests: { '/a b': [hex('1')], '/a_b': [hex('2')], '/c d': [hex('3')] } }));
    expect(policy.lookup('/a_b', 'sha256', digest('1'))).toBe('MATCH');
    expect(policy.lookup('/a_b', 'sha256', digest('2'))).toBe('MATCH');
    expect(policy.lookup('/a b', 'sha256', digest('2'))).toBe('DIGEST_MISMATCH');
    expect(policy.lookup('/c_d', 'sha256', digest('3'))).toBe('MATCH');
    expect(policy.files.count).toBe(3);
  });

  const bad: Record<string, [unknown, string, RegExp]> = {
    'an unknown key': [{ digests: {}, digest: {} }, '/digest', /unknown key/],
    'a key of Object.prototype': [{ digests: {}, toString: 1 }, '/toString', /unknown key/],
    'an unknown key within': [{ digests: {}, ima: { hash: 'sha1' } }, '/ima/hash', /unknown key/],
    'another version': [{ meta: { version: 2 }, digests: {} }, '/meta/version', /version 1/],
    'no digests': [{ excludes: [] }, '/digests', /missing/],
    'digests of another kind': [{ digests: [] }, '/digests', /object/],
    'a digest that is not in an array': [{ digests: { '/a': hex('a') } }, '/digests/~1a', /array/],
    'a digest that is not hex': [{ digests: { '/a': ['x'.repeat(64)] } }, '/digests/~1a/0', /not hex/],
    'a digest of another length': [{ digests: { '/a': [hex('a'), 'abcd'] } }, '/digests/~1a/1', /SHA-256/],
    'a digest under another name': [{ digests: { '/a': [`sha1:${hex('a')}`] } }, '/digests/~1a/0', /not a sha1/],
    'an empty path': [{ digests: { '': [] } }, '/digests/', /empty/],
    'a path with NUL': [{ digests: { '/\0': [] } }, '/digests/~1\0', /NUL/],
    'a path that is too long': [{ digests: { ['/'.repeat(5000)]: [] } }, `/digests/${'~1'.repeat(256)}`, /4096/],
    'an invalid exclude': [{ digests: {}, excludes: ['/a', '(b'] }, '/excludes/1', /regular expression/],
    'look-ahead, which is not linear': [{ digests: {}, excludes: ['(?=a)'] }, '/excludes/0', /regular expression/],
    'an unknown hash for the log': [{ digests: {}, ima: { log_hash_alg: 'md5' } }, '/ima/log_hash_alg', /sha1/],
    'a list that is not an object of names': [{ digests: {}, keyrings: null }, '/keyrings', /object/],
  };
  for (const [what, [value, pointer, message]] of Object.entries(bad)) {
    it(`invalid: ${what}, with its pointer`, () => {
      const { problems } = refusal(JSON.stringify(value));
      expect(problems).toHaveLength(1);
      expect(problems[0]?.pointer).toBe(pointer);
      expect(problems[0]?.message).toMatch(message);
    });
  }

  it('invalid: duplicated paths and keys, which JSON.parse hides, with line and pointer', () => {
    const text = `{\n"digests": {\n"/a": [],\n"/a": ["${hex('a')}"],\n"\\u002fa": []},\n"release": 1,\n"release": 1}`;
    expect(refusal(text).problems).toMatchObject([
      { line: 4, pointer: '/digests/~1a', message: 'the path is listed twice' },
      { line: 5, pointer: '/digests/~1a' },
      { line: 7, pointer: '/release', message: 'the key is duplicated' },
    ]);
  });

  it('invalid: several problems are reported together, up to a bound', () => {
    const digests = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`/${n}`, ['zz']]));
    expect(refusal(JSON.stringify({ digests })).problems).toHaveLength(MAX_PROBLEMS);
  });

  it('invalid: broken JSON, with the line', () => {
    for (const text of [
      '{',
      '{"a',
      '{"digests":{}},',
      '{"digests":{}',
      '{"digests":{"/a":["a",]}}',
      '{"digests":{"\\ud800":[]}}',
    ]) {
      expect(refusal(`\n\n${text}`).line).toBe(3);
    }
    expect(refusal(`{"digests":{},"ima":{"dm_policy":{"a":${'['.repeat(100_000)}`).message).toMatch(/deeper/);
  });
});

describe('compileRuntimePolicy: flat', () => {
  const line = (path: string, mark = ' ') => `${hex(path)} ${mark}${path}\n`;

  it('ok: what sha256sum, sha1sum and sha512sum write, with comments, blank lines and CRLF', () => {
    const text = `# made by sha256sum\r\n\n${line('/a b')}${line('/b', '*')}${hex('/c', 'sha512')}  /c\r\n${hex('/d', 'sha1')} /d`;
    const policy = open(text);
    expect(policy.files.count).toBe(4);
    for (const path of ['/a b', '/a_b', '/b']) {
      expect(policy.lookup(path, 'sha256', digest(path.replace('_', ' ')))).toBe('MATCH');
    }
    expect(policy.lookup('/c', 'sha512', digest('/c', 'sha512'))).toBe('MATCH');
    expect(policy.lookup('/d', 'sha1', digest('/d', 'sha1'))).toBe('MATCH');
  });

  it('ok: an escaped name', () => {
    const policy = open(`\\${hex('x')}  /a\\\\b\\nc\n`);
    expect(policy.lookup('/a\\b\nc', 'sha256', digest('x'))).toBe('MATCH');
  });

  const bad: Record<string, [string, number, RegExp]> = {
    'a path listed twice': [line('/a') + line('/b') + line('/a'), 3, /twice/],
    'a digest that is not hex': [`${line('/a')}${'x'.repeat(64)}  /b\n`, 2, /not hex/],
    'a digest of another length': [`\n\n${'a'.repeat(60)}  /b`, 3, /SHA-384/],
    'no path': [`${hex('a')}\n`, 1, /two spaces/],
    'an empty path': [`${hex('a')}  \n`, 1, /empty/],
    'a path with NUL': [line('/\0'), 1, /NUL/],
  };
  for (const [what, [text, number, message]] of Object.entries(bad)) {
    it(`invalid: ${what}, with its line`, () => {
      expect(refusal(text).problems).toMatchObject([{ line: number, message: expect.stringMatching(message) }]);
    });
  }

  it('invalid: nothing at all, text that is not UTF-8, more than 429,400,000 bytes', () => {
    expect(refusal('').message).toMatch(/no entries/);
    expect(refusal(Buffer.concat([Buffer.from(line('/a')), Buffer.from([0xff])])).line).toBe(2);
    expect(refusal(new Uint8Array(429_400_001)).message).toMatch(/bytes/);
  });
});

describe('excludes', () => {
  it('ok: anchored at the start of the path and open at its end, as Keylime has it', () => {
    const policy = open(line('/x'), ['/tmp', '.*\\.log$']);
    const excluded = ['/tmp', '/tmpfoo', '/tmp/a', '/var/a.log'];
    for (const path of excluded) expect(policy.isExcluded(path), path).toBe(true);
    for (const path of ['/var/tmp', '/var/a.log.1', '']) expect(policy.isExcluded(path), path).toBe(false);
    expect(open(line('/x')).isExcluded('/x')).toBe(false);
  });

  it('ok: an alternative in one exclude does not loosen the anchor of the others', () => {
    const policy = open(line('/x'), ['/a|/b', '/c']);
    expect(['/a', '/b1', '/c', '/d/a', '/d/b', '/d/c'].map((path) => policy.isExcluded(path))).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  it('invalid: a separate exclude that is wrong, by its place; too many; too complex', () => {
    expect(refusal(line('/x'), ['/a', '['])).toMatchObject({ pointer: '/excludeList/1' });
    expect(
      refusal(
        line('/x'),
        Array.from({ length: 1001 }, (_, n) => `/${n}`),
      ).message,
    ).toMatch(/1000/);
    expect(
      refusal(
        line('/x'),
        Array.from({ length: 50 }, () => '[a-z]{900}'),
      ).message,
    ).toMatch(/complex/);
  });

  it('ok: an exclude file; invalid: with the line', () => {
    expect(parseExcludeList('# temporary files\n/tmp/\n\n /var/ \n')).toEqual(['/tmp/', '/var/']);
    expect(() => parseExcludeList('/a\n\n(\n')).toThrow(/^line 3: /);
  });

  const line = (path: string) => `${hex(path)}  ${path}\n`;
});

describe('compileRuntimePolicy: any content', () => {
  it('ok: a list is compiled or refused, never anything else', () => {
    const noise = fc.constantFrom(
      '{',
      '}',
      '"',
      '[',
      ']',
      ':',
      ',',
      '\\',
      '\n',
      ' ',
      '/a',
      'digests',
      hex('a'),
      '\u0000',
      'é',
      '1',
    );
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      fc.array(noise).map((parts) => `{${parts.join('')}`),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          text.map((value) => Buffer.from(value)),
          fc.uint8Array(),
        ),
        (content) => {
          try {
            expect(compileRuntimePolicy(content).files.count).toBeGreaterThanOrEqual(0);
          } catch (error) {
            expect(error).toBeInstanceOf(RuntimePolicyError);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('ok: exactly what is listed is found, in either form', () => {
    const path = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
      .map((name) => `/${name.replace(/[\0\n\r\\ _]/g, '-')}`);
    const listed = fc.uniqueArray(path, { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(listed, path, (paths, other) => {
        const json = open(JSON.stringify({ digests: Object.fromEntries(paths.map((name) => [name, [hex(name)]])) }));
        const flat = open(paths.map((name) => `${hex(name)}  ${name}\n`).join(''));
        for (const policy of [json, flat]) {
          for (const name of paths) expect(policy.lookup(name, 'sha256', digest(name))).toBe('MATCH');
          expect(policy.lookup(other, 'sha256', digest(other)) === 'MATCH').toBe(paths.includes(other));
        }
      }),
    );
  });
});

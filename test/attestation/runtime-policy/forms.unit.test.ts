import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  compileRuntimePolicy,
  formatDigest,
  lintRuntimePolicy,
  openRuntimePolicy,
  type PathTable,
  RuntimePolicyError,
} from '../../../src/attestation/runtime-policy/index.js';

const hex = (content: string, algorithm = 'sha256') => createHash(algorithm).update(content).digest('hex');
const compile = (text: string | object) =>
  compileRuntimePolicy(Buffer.from(typeof text === 'string' ? text : JSON.stringify(text)));
const lint = (text: string | object) => lintRuntimePolicy(compile(text));

function digestsOf(table: PathTable, name: string): string[] {
  const bytes = Buffer.from(name);
  const record = table.find(bytes, 0, bytes.length);
  return record < 0 ? [] : table.digestsOf(record, 10).map(formatDigest).sort();
}

function problemsOf(text: string | object) {
  try {
    compile(text);
  } catch (error) {
    if (error instanceof RuntimePolicyError) return error.problems;
    throw error;
  }
  throw new Error('the list was accepted');
}

describe('flat lists of Keylime', () => {
  it('ok: a %keyring: line lists a key of the keyring, and no file', () => {
    const [one, two, other] = ['one', 'two', 'other'].map((key) => hex(key)) as [string, string, string];
    const text = `${one}  %keyring:.ima\n${hex('a')}  /a\n${other} %keyring:.builtin\n${two}  %keyring:.ima\n`;
    const policy = openRuntimePolicy(compile(text));
    expect(digestsOf(policy.keyrings, '.ima')).toEqual([`sha256:${one}`, `sha256:${two}`].sort());
    expect(digestsOf(policy.keyrings, '.builtin')).toEqual([`sha256:${other}`]);
    expect([policy.files.count, policy.keyrings.count]).toEqual([1, 2]);
    expect(policy.expectedDigests('%keyring:.ima')).toEqual([]);
  });

  it('ok: a name that only begins with a percent sign is a file', () => {
    const policy = openRuntimePolicy(compile(`${hex('a')}  %keyrings\n`));
    expect([policy.files.count, policy.keyrings.count]).toEqual([1, 0]);
  });

  it('invalid: a keyring without a name, and more keys than a machine has', () => {
    expect(problemsOf(`${hex('a')}  %keyring:\n`)).toMatchObject([{ line: 1, message: 'the keyring has no name' }]);
    const line = `${hex('a', 'sha1')}  %keyring:.ima\n`;
    expect(problemsOf(line.repeat(10_001))).toMatchObject([
      { line: 10_001, message: expect.stringContaining('10000 keys') },
    ]);
  });

  it('warned: boot_aggregate, once or several times', () => {
    const text = `${hex('1')}  boot_aggregate\n${hex('2')}  boot_aggregate\n${hex('a')}  /a\n`;
    expect(lint(text)).toMatchObject([
      { code: 'BOOT_AGGREGATE_NOT_USED', message: expect.stringContaining('boot_aggregate') },
    ]);
    expect(lint({ digests: { boot_aggregate: [hex('1')], '/a': [hex('a')] } })).toMatchObject([
      { code: 'BOOT_AGGREGATE_NOT_USED' },
    ]);
  });
});

describe('fields of Keylime that change nothing', () => {
  it('warned: each is named', () => {
    const meta = { version: 1, generator: 3, timestamp: '2026-01-01' };
    const [warning, ...others] = lint({
      meta,
      release: 0,
      digests: { '/a': [hex('a')] },
      ima: { log_hash_alg: 'sha256' },
    });
    expect(others).toEqual([]);
    expect(warning?.code).toBe('FIELDS_NOT_USED');
    for (const field of ['meta.generator', 'meta.timestamp', 'release', 'ima.log_hash_alg'])
      expect(warning?.message).toContain(field);
  });

  it('ok: a field that is not given is not named', () => {
    expect(lint({ meta: { version: 1 }, digests: { '/a': [hex('a')] }, ima: { ignored_keyrings: [] } })).toEqual([]);
  });
});

describe('other files of Keylime', () => {
  it('refused: a DSSE envelope, by one message that says how to get the policy out', () => {
    const payload = Buffer.from(JSON.stringify({ digests: {} })).toString('base64');
    for (const envelope of [
      { payload, payloadType: 'application/vnd.keylime+json', signatures: [{ keyid: 'k', sig: 'c2ln' }] },
      { payloadType: 'application/vnd.keylime+json', signatures: [], payload },
    ]) {
      expect(problemsOf(envelope)).toMatchObject([
        { line: 1, message: expect.stringMatching(/DSSE.*not verified yet.*jq -r \.payload FILE \| base64 -d/) },
      ]);
    }
  });

  it('refused: legacy JSON, by one message that names the converter', () => {
    for (const list of [
      { meta: { version: 1 }, release: 0, hashes: { '/a': [hex('a')] }, keyrings: {} },
      { allowlist: { hashes: {} }, exclude: ['/tmp/'] },
      { exclude: ['/tmp/'], allowlist: ['a'] },
    ]) {
      expect(problemsOf(list)).toMatchObject([
        { message: expect.stringContaining('keylime_convert_runtime_policy -a') },
      ]);
    }
  });

  it('refused: a single value where Keylime needs an array: it would look for digests within the text', () => {
    expect(problemsOf({ digests: { '/a': hex('a') } })).toMatchObject([
      { pointer: '/digests/~1a', message: expect.stringContaining('array') },
    ]);
    expect(problemsOf({ digests: {}, excludes: '/tmp/' })).toMatchObject([
      { pointer: '/excludes', message: expect.stringContaining('array') },
    ]);
    const ima = { ignored_keyrings: '.ima' };
    expect(problemsOf({ digests: {}, ima })).toMatchObject([
      { pointer: '/ima/ignored_keyrings', message: expect.stringContaining('array') },
    ]);
  });
});

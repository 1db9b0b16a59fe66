import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compileRuntimePolicy,
  lintPcrPolicy,
  lintRuntimePolicy,
  parsePcrPolicy,
  RuntimePolicyError,
} from '../../../src/attestation/runtime-policy/index.js';

const VALUE = 'ab'.repeat(32);

function pointerOf(value: unknown, options = {}): string | undefined {
  try {
    parsePcrPolicy(typeof value === 'string' ? value : JSON.stringify(value), options);
  } catch (error) {
    if (error instanceof RuntimePolicyError) return error.pointer ?? error.message;
    throw error;
  }
  throw new Error('the policy was accepted');
}

describe('parsePcrPolicy', () => {
  it('ok: values in any case, and a mask that names further PCRs to be quoted', () => {
    const policy = parsePcrPolicy(JSON.stringify({ mask: '0x8001', 7: [VALUE.toUpperCase(), '00'.repeat(20)] }));
    expect(policy).toEqual({ pcrs: [0, 7, 15], values: { 7: [VALUE, '00'.repeat(20)] } });
  });

  it('ok: a single value, which Keylime takes for the array of it', () => {
    expect(parsePcrPolicy(JSON.stringify({ 22: VALUE.toUpperCase() }))).toEqual({
      pcrs: [22],
      values: { 22: [VALUE] },
    });
  });

  it('warned: a policy without values, Keylime’s default; its mask is still to be quoted', () => {
    for (const [text, pcrs] of [
      ['{}', []],
      ['{"mask":"0x0"}', []],
      ['{"mask":"0x408000"}', [15, 22]],
    ] as const) {
      const policy = parsePcrPolicy(text);
      expect(policy).toEqual({ pcrs, values: {} });
      expect(lintPcrPolicy(policy)).toMatchObject([
        { code: 'CONSTRAINS_NOTHING', message: expect.stringContaining('constrains nothing') },
      ]);
    }
    expect(lintPcrPolicy(parsePcrPolicy(JSON.stringify({ 7: VALUE })))).toEqual([]);
  });

  it('ok: PCR 10, as long as no IMA policy judges it', () => {
    expect(parsePcrPolicy(JSON.stringify({ 10: [VALUE] })).pcrs).toEqual([10]);
    expect(pointerOf({ 10: [VALUE] }, { hasImaPolicy: true })).toBe('/10');
  });

  it('invalid: what is wrong is pointed at', () => {
    expect(pointerOf({ 24: [VALUE] })).toBe('/24');
    expect(pointerOf({ '07': [VALUE] })).toBe('/07');
    expect(pointerOf({ pcr7: [VALUE] })).toBe('/pcr7');
    expect(pointerOf({ 7: [VALUE, 'abcd'] })).toBe('/7/1');
    expect(pointerOf({ 7: [] })).toBe('/7');
    expect(pointerOf({ 7: VALUE.slice(2) })).toBe('/7');
    expect(pointerOf({ 7: 7 })).toBe('/7');
    expect(pointerOf({ 7: [[VALUE]] })).toBe('/7/0');
    expect(pointerOf({ 7: [VALUE], mask: '408000' })).toBe('/mask');
    expect(pointerOf({ 7: [VALUE], mask: '0x1000000' })).toBe('/mask');
    expect(pointerOf({ mask: 8388608 })).toBe('/mask');
    expect(pointerOf('{"7":["ab"],"7":[]}')).toBe('/7/0');
    expect(pointerOf(' '.repeat(70_000))).toMatch(/bytes/);
  });

  it('ok: any text is a policy or a RuntimePolicyError', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        try {
          expect(parsePcrPolicy(text).values).toEqual({});
        } catch (error) {
          expect(error).toBeInstanceOf(RuntimePolicyError);
        }
      }),
    );
  });
});

describe('lintRuntimePolicy', () => {
  const lint = (policy: object) =>
    lintRuntimePolicy(compileRuntimePolicy(Buffer.from(JSON.stringify(policy)))).map(({ code }) => code);

  it('ok: a careful list has no warnings', () => {
    expect(lint({ digests: { '/a': [VALUE] }, excludes: ['/tmp/', '/var/log/.*', '/etc/mtab$'] })).toEqual([]);
  });

  it('warned: what allows more than it seems to', () => {
    const digests = { '/a': [VALUE] };
    for (const exclude of ['.*', '/', '.', '^/.*$', '(/a)?'])
      expect(lint({ digests, excludes: [exclude] })).toContain('EXCLUDES_EVERYTHING');
    expect(lint({ digests, excludes: ['/tmp'] })).toEqual(['EXCLUDE_UNANCHORED']);
    expect(lint({ digests, excludes: ['/a$'] })).toEqual(['EXCLUDES_LISTED_PATHS']);
    expect(lint({ digests: { '/a': ['ab'.repeat(20)] } })).toEqual(['SHA1_ONLY']);
    expect(lint({ digests: { '/a': [] } })).toEqual(['NO_DIGESTS']);
    expect(lint({ digests: {} })).toEqual(['LIST_EMPTY']);
  });

  it('warned: what is kept but not evaluated', () => {
    const digests = { '/a': [VALUE] };
    expect(lint({ digests, 'verification-keys': '{"keys":[]}' })).toEqual(['SIGNATURES_NOT_VERIFIED']);
    expect(lint({ digests, ima: { dm_policy: { rules: {} } } })).toEqual(['DEVICE_MAPPER_NOT_EVALUATED']);
  });
});

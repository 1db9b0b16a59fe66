import { createPublicKey } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { keyFingerprint, parsePublicArea, parsePublicKeyPem } from '../../../src/attestation/tpm/index.js';
import { encodePublicArea } from '../../../src/demo/tpm/encoding.js';
import { fixture, textFixture, thrownBy } from './fixtures.js';

/** Offsets within the recorded TPM2B_PUBLIC of the P-256 attestation key. */
const ECC_AK = { type: 2, nameAlg: 4, symmetric: 12, scheme: 14, curve: 18, y: 56 };
const RSA_AK = { keyBits: 18, exponent: 20, modulus: 26, modulusEnd: 26 + 255 };

function patched(path: string, offset: number, ...bytes: number[]): Uint8Array {
  const copy = fixture(path);
  copy.set(bytes, offset);
  return copy;
}

/** 379 times the generator of P-256: the first multiple whose x coordinate begins with a zero byte. */
const SHORT_X = {
  x: Buffer.from('005543894af3d00ed7d740abdbd75c96b06877b787db5f70eea78b90a8d7c00a', 'hex'),
  y: Buffer.from('bb4c85a3d8ea29efaafa24406912dd84d5b14dc32bf656ef6c6bd58a5d943f92', 'hex'),
};

describe('parsePublicArea', () => {
  test.each(['rsa', 'ecc'])('ok: reads the %s attestation key that tpm2-tools wrote', (type) => {
    const area = parsePublicArea(fixture(`${type}/ak.pub`));
    const pem = createPublicKey(textFixture(`${type}/ak.pem`));
    expect(area.toKeyObject().equals(pem)).toBe(true);
    expect(area.attributes).toMatchObject({ fixedTPM: true, restricted: true, sign: true, decrypt: false });
    expect([area.scheme, area.hash]).toEqual([type === 'rsa' ? 'RSASSA' : 'ECDSA', 'sha256']);
    expect(area.symmetric).toBeNull();
  });

  test.each(['rsa', 'ecc'])('ok: reads the %s endorsement key, made to the TCG template', (type) => {
    const area = parsePublicArea(fixture(`${type}/ek.pub`));
    expect(area.attributes).toMatchObject({ fixedTPM: true, restricted: true, sign: false, decrypt: true });
    expect([area.scheme, area.hash]).toEqual([null, null]);
    expect(area.symmetric).toEqual({ keyBits: 128, mode: 'CFB' });
    expect(Buffer.from(area.authPolicy).toString('hex')).toMatch(/^837197674484b3f8/);
  });

  test('ok: a bare TPMT_PUBLIC is the same key with the same Name', () => {
    const wrapped = parsePublicArea(fixture('ecc/ak.pub'));
    const bare = parsePublicArea(fixture('ecc/ak.pub').subarray(2));
    expect(bare.name).toEqual(wrapped.name);
    expect(bare.bytes).toEqual(wrapped.bytes);
  });

  test('ok: an exponent of three, and of zero, which stands for 65537', () => {
    const exponentOf = (...bytes: number[]) => parsePublicArea(patched('rsa/ak.pub', RSA_AK.exponent, ...bytes));
    expect(exponentOf(0, 0, 0, 3)).toMatchObject({ exponent: 3 });
    expect(exponentOf(0, 0, 0, 0)).toMatchObject({ exponent: 65_537 });
  });

  test('ok: the key object is made once', () => {
    const area = parsePublicArea(fixture('rsa/ak.pub'));
    expect(area.toKeyObject()).toBe(area.toKeyObject());
  });

  test('ok: nothing changes when the input does', () => {
    const input = fixture('rsa/ak.pub');
    const area = parsePublicArea(input);
    const before = Buffer.from(area.bytes);
    input.fill(0);
    expect(before.equals(area.bytes)).toBe(true);
  });

  test('ok: coordinates without their leading zeros are the same point, and another Name', () => {
    const parse = (x: Uint8Array) =>
      parsePublicArea(encodePublicArea({ attributes: {}, key: { curve: 'P-256', x, y: SHORT_X.y } }));
    const full = parse(SHORT_X.x);
    const short = parse(SHORT_X.x.subarray(1));
    expect(short.toKeyObject().equals(full.toKeyObject())).toBe(true);
    expect(short.unique).toEqual(full.unique);
    expect(short.name).not.toEqual(full.name);
  });

  test.each([
    ['an unknown type', patched('ecc/ak.pub', ECC_AK.type, 0, 8), 'TPMT_PUBLIC.type', 'UNSUPPORTED'],
    ['an unknown name algorithm', patched('ecc/ak.pub', ECC_AK.nameAlg, 0, 0x12), 'TPMT_PUBLIC.nameAlg', 'UNSUPPORTED'],
    [
      'an unknown cipher',
      patched('ecc/ak.pub', ECC_AK.symmetric, 0, 0x26),
      'TPMT_PUBLIC.parameters.symmetric',
      'UNSUPPORTED',
    ],
    [
      'an unknown scheme',
      patched('ecc/ak.pub', ECC_AK.scheme, 0, 0x1a),
      'TPMT_PUBLIC.parameters.scheme',
      'UNSUPPORTED',
    ],
    ['an unknown curve', patched('ecc/ak.pub', ECC_AK.curve, 0, 0x10), 'TPMT_PUBLIC.parameters.curveID', 'UNSUPPORTED'],
    ['a point off its curve', patched('ecc/ak.pub', ECC_AK.y + 4, 1, 2, 3), 'the point is not on P-256', 'MALFORMED'],
    ['an odd RSA size', patched('rsa/ak.pub', RSA_AK.keyBits, 8, 1), 'TPMT_PUBLIC.parameters.keyBits', 'UNSUPPORTED'],
    [
      'an exponent of one',
      patched('rsa/ak.pub', RSA_AK.exponent, 0, 0, 0, 1),
      'TPMT_PUBLIC.parameters.exponent',
      'MALFORMED',
    ],
    [
      'an even exponent',
      patched('rsa/ak.pub', RSA_AK.exponent, 0, 0, 0, 4),
      'TPMT_PUBLIC.parameters.exponent',
      'MALFORMED',
    ],
    ['an even modulus', patched('rsa/ak.pub', RSA_AK.modulusEnd, 2), 'TPMT_PUBLIC.unique', 'MALFORMED'],
    ['a short modulus', patched('rsa/ak.pub', RSA_AK.modulus, 0), 'TPMT_PUBLIC.unique', 'MALFORMED'],
    ['a tail', Buffer.concat([fixture('rsa/ak.pub'), Buffer.alloc(1)]), 'TPM2B_PUBLIC.end', 'MALFORMED'],
    [
      'a tail after the bare form',
      Buffer.concat([fixture('rsa/ak.pub').subarray(2), Buffer.alloc(3)]),
      '3 trailing bytes',
      'MALFORMED',
    ],
    [
      'a tail after the bare form of a key on a curve',
      Buffer.concat([fixture('ecc/ak.pub').subarray(2), Buffer.alloc(2)]),
      '2 trailing bytes',
      'MALFORMED',
    ],
    ['nothing', new Uint8Array(), 'TPM2B_PUBLIC.size', 'MALFORMED'],
  ])('invalid: %s', (_what, bytes, message, code) => {
    expect(thrownBy(() => parsePublicArea(bytes))).toMatchObject({
      name: 'TpmFormatError',
      code,
      message: expect.stringContaining(message),
    });
  });

  test('invalid: the error says where the bytes end', () => {
    expect(thrownBy(() => parsePublicArea(fixture('ecc/ak.pub').subarray(2, 10)))).toMatchObject({
      offset: 8,
      message: 'TPMT_PUBLIC.authPolicy at offset 8: needs 2 bytes, 0 left',
    });
  });
});

describe('keyFingerprint', () => {
  test('ok: one key stated with other attributes keeps its fingerprint, though not its Name', () => {
    const given = parsePublicArea(fixture('ecc/ek.pub'));
    const altered = parsePublicArea(patched('ecc/ek.pub', 6, 0, 3, 4));
    expect(altered.name).not.toEqual(given.name);
    expect(keyFingerprint(altered)).toBe(keyFingerprint(given));
  });

  test('ok: different keys have different fingerprints', () => {
    const paths = ['ecc/ek.pub', 'ecc/ak.pub', 'rsa/ek.pub', 'rsa/ak.pub', 'rsa/ak-rsapss.pub'];
    expect(new Set(paths.map((path) => keyFingerprint(parsePublicArea(fixture(path))))).size).toBe(5);
  });
});

describe('parsePublicKeyPem', () => {
  test.each(['rsa', 'ecc'])('ok: the %s key is the one of the public area, bound to no scheme', (type) => {
    const key = parsePublicKeyPem(textFixture(`${type}/ak.pem`));
    expect(key.toKeyObject().equals(parsePublicArea(fixture(`${type}/ak.pub`)).toKeyObject())).toBe(true);
    expect(key).toMatchObject({ scheme: null, hash: null });
  });

  test.each([
    ['a private key', textFixture('software/rsa-ak-1.pem')],
    ['a broken body', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n'],
    [
      'an Ed25519 key',
      '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n',
    ],
    ['text without end', `-----BEGIN PUBLIC KEY-----\n${'A'.repeat(20_000)}`],
  ])('invalid: %s', (_what, pem) => {
    expect(thrownBy(() => parsePublicKeyPem(pem))).toHaveProperty('name', 'TpmFormatError');
  });
});

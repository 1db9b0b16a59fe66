import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { attestationKeyProblems, endorsementKeyProblems, parsePublicArea } from '../../../src/attestation/tpm/index.js';
import { encodePublicArea, type PublicAreaFields } from '../../../src/demo/tpm/encoding.js';
import { createSoftwareTpm, type SoftwareTpmOptions } from '../../fakes/software-tpm.js';
import { fixture } from './fixtures.js';

function akProblems(options: Partial<SoftwareTpmOptions>, rules = {}): string[] {
  return attestationKeyProblems(parsePublicArea(createSoftwareTpm({ key: 'ecc', ...options }).akPublic), rules);
}

function ekProblems(options: Partial<SoftwareTpmOptions>): string[] {
  return endorsementKeyProblems(parsePublicArea(createSoftwareTpm({ key: 'ecc', ...options }).ekPublic));
}

/** The public part of a fresh key that this product does not accept for either role. */
function oversized(): PublicAreaFields['key'] {
  const { x = '', y = '' } = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({ format: 'jwk' });
  return { curve: 'P-384', x: Buffer.from(x, 'base64url'), y: Buffer.from(y, 'base64url') };
}

describe('attestationKeyProblems', () => {
  test.each(['rsa/ak.pub', 'rsa/ak-rsapss.pub', 'ecc/ak.pub'])('ok: %s, made by tpm2_createak', (path) => {
    expect(attestationKeyProblems(parsePublicArea(fixture(path)))).toEqual([]);
  });

  test('refused: an unrestricted key, which would sign a forged quote', () => {
    expect(akProblems({ akAttributes: { restricted: false } })).toEqual(['the attribute restricted must be set']);
  });

  test.each(['fixedTPM', 'fixedParent', 'sensitiveDataOrigin', 'sign'] as const)(
    'refused: a key without %s',
    (attribute) => {
      expect(akProblems({ akAttributes: { [attribute]: false } })).toEqual([`the attribute ${attribute} must be set`]);
    },
  );

  test('refused: a key that decrypts as well', () => {
    expect(akProblems({ akAttributes: { decrypt: true } })).toEqual(['the attribute decrypt must be clear']);
  });

  test('refused: a key that is bound to no scheme', () => {
    expect(akProblems({ scheme: null })).toEqual(['the signing scheme must be ECDSA, not null']);
    expect(akProblems({ key: 'rsa', scheme: null })).toEqual(['the signing scheme must be RSASSA or RSAPSS, not null']);
  });

  test('refused: SHA-1, unless the operator allows it', () => {
    expect(akProblems({ hash: 'sha1' })).toEqual(["the signing scheme's digest sha1 is not allowed"]);
    expect(akProblems({ hash: 'sha1' }, { allowsSha1: true })).toEqual([]);
  });

  test('refused: a Name under SHA-1, whatever the operator allows', () => {
    const scheme = { scheme: 'ECDSA', hash: 'sha256' } as const;
    const attributes = parsePublicArea(fixture('ecc/ak.pub')).attributes;
    const area = parsePublicArea(
      encodePublicArea({ attributes, scheme, nameAlg: 'sha1', key: eccKeyOf('ecc/ak.pub') }),
    );
    expect(attestationKeyProblems(area, { allowsSha1: true })).toEqual(['the name algorithm sha1 is not allowed']);
  });

  test('refused: another curve than P-256', () => {
    const scheme = { scheme: 'ECDSA', hash: 'sha384' } as const;
    const attributes = parsePublicArea(fixture('ecc/ak.pub')).attributes;
    const area = parsePublicArea(encodePublicArea({ attributes, scheme, key: oversized() }));
    expect(attestationKeyProblems(area)).toEqual(['the curve must be P-256, not P-384']);
  });

  test('refused: another length than 2048 bits', () => {
    const area = parsePublicArea(fixture('rsa/ak.pub'));
    if (area.type !== 'RSA') throw new Error('no RSA key');
    for (const keyBits of [1024, 3072])
      expect(attestationKeyProblems({ ...area, keyBits })).toEqual([`an RSA key must have 2048 bits, not ${keyBits}`]);
  });

  test('refused: a scheme that does not sign', () => {
    const area = { ...parsePublicArea(fixture('rsa/ak.pub')), scheme: 'OAEP' } as const;
    expect(attestationKeyProblems(area)).toEqual(['the signing scheme must be RSASSA or RSAPSS, not OAEP']);
  });

  test('refused: an endorsement key, with every reason', () => {
    expect(attestationKeyProblems(parsePublicArea(fixture('rsa/ek.pub')))).toEqual([
      'the attribute sign must be set',
      'the attribute decrypt must be clear',
      'the signing scheme must be RSASSA or RSAPSS, not null',
    ]);
  });
});

describe('endorsementKeyProblems', () => {
  test.each(['rsa/ek.pub', 'ecc/ek.pub'])('ok: %s, made by tpm2_createek', (path) => {
    expect(endorsementKeyProblems(parsePublicArea(fixture(path)))).toEqual([]);
  });

  test.each(['fixedTPM', 'fixedParent', 'restricted', 'decrypt'] as const)('refused: a key without %s', (attribute) => {
    expect(ekProblems({ ekAttributes: { [attribute]: false } })).toEqual([`the attribute ${attribute} must be set`]);
  });

  test('refused: a key that signs as well', () => {
    expect(ekProblems({ ekAttributes: { sign: true } })).toEqual(['the attribute sign must be clear']);
  });

  test('refused: a cipher of another mode', () => {
    const area = { ...parsePublicArea(fixture('ecc/ek.pub')), symmetric: { keyBits: 128, mode: 'OTHER' } } as const;
    expect(endorsementKeyProblems(area)).toEqual(['the symmetric cipher must be AES in CFB mode']);
  });

  test('refused: an attestation key, with every reason', () => {
    expect(endorsementKeyProblems(parsePublicArea(fixture('ecc/ak.pub')))).toEqual([
      'the attribute decrypt must be set',
      'the attribute sign must be clear',
      'the symmetric cipher must be AES in CFB mode',
    ]);
  });
});

function eccKeyOf(path: string): PublicAreaFields['key'] {
  const area = parsePublicArea(fixture(path));
  if (area.type !== 'ECC') throw new Error(`${path} is not an ECC key`);
  return { curve: area.curve, ...area.unique };
}

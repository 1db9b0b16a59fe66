import { constants, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  parsePlainSignature,
  parsePublicArea,
  parsePublicKeyPem,
  parseSignature,
  verifyQuoteSignature,
} from '../../../src/attestation/tpm/index.js';
import { encodeSignature } from '../../../src/demo/tpm/encoding.js';
import { createSoftwareTpm } from '../../fakes/software-tpm.js';
import { fixture, textFixture, thrownBy } from './fixtures.js';

const RECORDED = [
  ['rsa', 'ak.pub', 'quote-rsassa', 'RSASSA'],
  ['rsa', 'ak-rsapss.pub', 'quote-rsapss', 'RSAPSS'],
  ['ecc', 'ak.pub', 'quote-ecdsa', 'ECDSA'],
] as const;

describe('parseSignature', () => {
  test.each(RECORDED)('ok: %s/%s, %s is %s with SHA-256', (folder, _ak, quote, scheme) => {
    expect(parseSignature(fixture(`${folder}/${quote}.sig`))).toMatchObject({ scheme, hash: 'sha256' });
  });

  test.each([
    ['a scheme that does not sign', [0, 0x17, 0, 0x0b], 'TPMT_SIGNATURE.sigAlg at offset 0: OAEP does not sign'],
    ['an HMAC', [0, 0x05, 0, 0x0b], 'TPMT_SIGNATURE.sigAlg at offset 0: unsupported value 0x0005'],
    ['an unknown digest', [0, 0x14, 0, 0x12], 'TPMT_SIGNATURE.hash at offset 2: unsupported value 0x0012'],
    [
      'an overlong signature',
      [0, 0x14, 0, 0x0b, 2, 1],
      'TPMT_SIGNATURE.sig at offset 4: 513 bytes, at most 512 are allowed',
    ],
    ['half of ECDSA', [0, 0x18, 0, 0x0b, 0, 1, 7], 'TPMT_SIGNATURE.signatureS at offset 7: needs 2 bytes, 0 left'],
    ['a tail', [0, 0x14, 0, 0x0b, 0, 1, 7, 7], 'TPMT_SIGNATURE.end at offset 7: 1 trailing bytes'],
  ])('invalid: %s', (_what, bytes, message) => {
    expect(thrownBy(() => parseSignature(Uint8Array.from(bytes)))).toMatchObject({ name: 'TpmFormatError', message });
  });
});

describe('verifyQuoteSignature', () => {
  test.each(RECORDED)('ok: %s/%s signed %s', (folder, ak, quote) => {
    const key = parsePublicArea(fixture(`${folder}/${ak}`));
    const signature = parseSignature(fixture(`${folder}/${quote}.sig`));
    expect(verifyQuoteSignature(key, fixture(`${folder}/${quote}.msg`), signature)).toBe(true);
  });

  test.each(RECORDED)('refused: any byte of %s/%s, %s changed', (folder, ak, quote) => {
    const key = parsePublicArea(fixture(`${folder}/${ak}`));
    const signature = parseSignature(fixture(`${folder}/${quote}.sig`));
    const message = fixture(`${folder}/${quote}.msg`);
    for (const offset of message.keys()) {
      const changed = Uint8Array.from(message);
      changed[offset] = (changed[offset] ?? 0) ^ 1;
      expect(verifyQuoteSignature(key, changed, signature)).toBe(false);
    }
  });

  test('ok: RSA-PSS with a salt of the digest’s length, the longest and none: TPMs differ', () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const key = parsePublicKeyPem(publicKey.export({ type: 'spki', format: 'pem' }).toString());
    const message = Buffer.from('statement');
    const { RSA_PKCS1_PSS_PADDING: padding, RSA_PSS_SALTLEN_DIGEST, RSA_PSS_SALTLEN_MAX_SIGN } = constants;
    for (const saltLength of [RSA_PSS_SALTLEN_DIGEST, RSA_PSS_SALTLEN_MAX_SIGN, 0]) {
      const signature = sign('sha256', message, { key: privateKey, padding, saltLength });
      const read = parseSignature(encodeSignature({ scheme: 'RSAPSS', hash: 'sha256', signature }));
      expect(verifyQuoteSignature(key, message, read)).toBe(true);
      expect(verifyQuoteSignature(key, Buffer.from('another'), read)).toBe(false);
    }
  });

  test('refused: another key of the same kind', () => {
    const key = parsePublicArea(createSoftwareTpm({ key: 'ecc' }).akPublic);
    const signature = parseSignature(fixture('ecc/quote-ecdsa.sig'));
    expect(verifyQuoteSignature(key, fixture('ecc/quote-ecdsa.msg'), signature)).toBe(false);
  });

  test('refused: a valid signature under another scheme or digest than the key is bound to', () => {
    const tpm = createSoftwareTpm({ key: 'rsa' });
    const key = parsePublicArea(tpm.akPublic);
    const message = Buffer.from('statement');
    const verdict = (...made: Parameters<typeof tpm.sign>) =>
      verifyQuoteSignature(key, message, parseSignature(tpm.sign(...made)));
    expect(verdict(message, 'RSASSA', 'sha256')).toBe(true);
    expect(verdict(message, 'RSAPSS', 'sha256')).toBe(false);
    expect(verdict(message, 'RSASSA', 'sha384')).toBe(false);
    expect(verdict(message, 'RSASSA', 'sha1')).toBe(false);
  });

  test('refused: a signature of the other kind of key, without an error', () => {
    const [rsa, ecc] = [
      createSoftwareTpm({ key: 'rsa', scheme: null }),
      createSoftwareTpm({ key: 'ecc', scheme: null }),
    ];
    const message = Buffer.from('statement');
    expect(verifyQuoteSignature(parsePublicArea(rsa.akPublic), message, parseSignature(ecc.sign(message)))).toBe(false);
    expect(verifyQuoteSignature(parsePublicArea(ecc.akPublic), message, parseSignature(rsa.sign(message)))).toBe(false);
  });

  test('refused: r and s that are empty, zero or longer than the curve', () => {
    const key = parsePublicArea(fixture('ecc/ak.pub'));
    for (const half of [
      new Uint8Array(),
      new Uint8Array(32),
      new Uint8Array(33).fill(1),
      new Uint8Array(32).fill(0xff),
    ]) {
      const signature = parseSignature(encodeSignature({ scheme: 'ECDSA', hash: 'sha256', r: half, s: half }));
      expect(verifyQuoteSignature(key, Buffer.from('statement'), signature)).toBe(false);
    }
  });
});

describe('parsePlainSignature', () => {
  test.each(['rsa', 'ecc'])('ok: tpm2_quote -f plain, under the %s key as a PEM', (folder) => {
    const key = parsePublicKeyPem(textFixture(`${folder}/ak.pem`));
    const signature = parsePlainSignature(fixture(`${folder}/quote-plain.sig`), key, 'sha256');
    expect(verifyQuoteSignature(key, fixture(`${folder}/quote-plain.msg`), signature)).toBe(true);
    expect(verifyQuoteSignature(key, fixture(`${folder}/quote-plain.sig`), signature)).toBe(false);
  });

  test('ok: every signature of a key, also where DER puts a zero in front of a number', () => {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const key = parsePublicKeyPem(String(pair.publicKey.export({ type: 'spki', format: 'pem' })));
    const message = Buffer.from('statement');
    // Each number of a signature begins with a zero in every other signature.
    const signatures = Array.from({ length: 20 }, () => sign('sha256', message, pair.privateKey));
    for (const der of signatures)
      expect(verifyQuoteSignature(key, message, parsePlainSignature(der, key, 'sha256')), der.toString('hex')).toBe(
        true,
      );
  });

  test('ok: the scheme is the one that the public area is bound to', () => {
    const key = parsePublicArea(fixture('rsa/ak-rsapss.pub'));
    const plain = fixture('rsa/quote-rsapss.sig').subarray(6);
    expect(verifyQuoteSignature(key, fixture('rsa/quote-rsapss.msg'), parsePlainSignature(plain, key, 'sha256'))).toBe(
      true,
    );
  });

  test.each([
    ['no sequence', [0x31, 0], 'ECDSA-Sig-Value.sequence at offset 0: expected the DER tag 0x30'],
    ['a length past the end', [0x30, 6, 2, 1, 1], 'ECDSA-Sig-Value.sequence at offset 2: needs 6 bytes, 3 left'],
    ['a length of lengths', [0x30, 0x82, 1, 0], 'ECDSA-Sig-Value.sequence at offset 1: the DER length is out of range'],
    ['one integer', [0x30, 3, 2, 1, 1], 'ECDSA-Sig-Value.s at offset 3: needs 1 bytes, 0 left'],
    ['three integers', [0x30, 9, 2, 1, 1, 2, 1, 1, 2, 1, 1], 'ECDSA-Sig-Value.end at offset 6: 3 trailing bytes'],
    ['a tail', [0x30, 6, 2, 1, 1, 2, 1, 1, 0], 'ECDSA-Sig-Value.end at offset 8: 1 trailing bytes'],
  ])('invalid: %s', (_what, bytes, message) => {
    const key = parsePublicArea(fixture('ecc/ak.pub'));
    expect(thrownBy(() => parsePlainSignature(Uint8Array.from(bytes), key, 'sha256'))).toMatchObject({
      name: 'TpmFormatError',
      message,
    });
  });

  test('invalid: an RSA signature of no bytes, or of too many', () => {
    const key = parsePublicArea(fixture('rsa/ak.pub'));
    for (const length of [0, 513]) {
      expect(thrownBy(() => parsePlainSignature(new Uint8Array(length), key, 'sha256'))).toHaveProperty(
        'name',
        'TpmFormatError',
      );
    }
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseImaSignature } from '../../../src/attestation/ima/index.js';
import { fileSignature, sha256 } from './ima-log.js';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const TYPES = [
  [0x03, 2, 'FILE'],
  [0x05, 2, 'EVM'],
  [0x06, 3, 'VERITY'],
] as const;

describe('parseImaSignature', () => {
  it('ok: a signature by an RSA key over a SHA-256 digest, byte by byte', () => {
    const parsed = parseImaSignature(hex(`03 02 04 d3320449 0100 ${'5a'.repeat(256)}`));
    expect(parsed).toEqual({
      over: 'FILE',
      hashAlgorithm: 'sha256',
      keyId: 0xd3320449,
      signature: Buffer.alloc(256, 0x5a),
    });
  });

  it.each(TYPES)('ok: type %i has version %i and is over %s', (type, version, over) => {
    const signature = Buffer.from('signature');
    const options = { type, version, algorithm: 6, keyId: 1 };
    expect(parseImaSignature(fileSignature(signature, options))).toEqual({
      over,
      hashAlgorithm: 'sha512',
      keyId: 1,
      signature,
    });
  });

  it('ok: a digest that is kept in place of a signature', () => {
    const digest = sha256('content');
    expect(parseImaSignature(Buffer.concat([hex('0404'), digest]))).toEqual({
      over: 'DIGEST',
      hashAlgorithm: 'sha256',
      digest,
    });
  });

  const good = fileSignature(Buffer.alloc(64, 1));
  const changed = (at: number, byte: number) => Buffer.from(good).fill(byte, at, at + 1);
  const malformed: Record<string, [Buffer, RegExp]> = {
    'no bytes': [hex(''), /type/],
    'an HMAC, which is never logged': [changed(0, 0x02), /type/],
    'a type that does not exist': [changed(0, 0x07), /type/],
    'a type alone': [hex('03'), /version/],
    'the first version': [changed(1, 1), /version of the signature is not 2/],
    'the version of another type': [fileSignature(Buffer.alloc(64), { type: 0x06 }), /is not 3/],
    'a header that is cut short': [good.subarray(0, 8), /within its header/],
    'a header without a signature': [fileSignature(Buffer.alloc(0)), /within its header/],
    'an algorithm that does not exist': [changed(2, 23), /hash algorithm/],
    'an algorithm too weak to measure with': [changed(2, 0), /hash algorithm/],
    'a signature that is too short': [good.subarray(0, -1), /as long as/],
    'something behind the signature': [Buffer.concat([good, hex('00')]), /as long as/],
    'a kept digest alone': [hex('04'), /hash algorithm of the digest/],
    'a kept digest of another length': [Buffer.concat([hex('0406'), sha256('')]), /length/],
  };
  for (const [what, [field, problem]] of Object.entries(malformed)) {
    it(`invalid: ${what}`, () => {
      expect(parseImaSignature(field)).toEqual(expect.stringMatching(problem));
    });
  }

  it('ok: any bytes are either refused with a sentence or nothing but what was read', () => {
    const algorithms = ['sha1', 'sha256', 'sha384', 'sha512', 'sha224', 'sm3-256'];
    const positions: Record<string, number> = { sha1: 2, sha256: 4, sha384: 5, sha512: 6, sha224: 7, 'sm3-256': 17 };
    const header = fc.constantFrom(...TYPES.map(([type, version]) => [type, version]), [0x04, 0x04], [0x03, 0x01]);
    const some = fc.uint8Array({ maxLength: 80 });
    const nearly = fc.tuple(header, some).map(([start, rest]) => Uint8Array.from([...start, ...rest]));
    const whole = fc
      .tuple(fc.constantFrom(...TYPES), some, fc.constantFrom(...algorithms), fc.nat(0xffffffff))
      .map(([[type, version], bytes, name, keyId]) =>
        fileSignature(bytes, { type, version, algorithm: positions[name] ?? 0, keyId }),
      );
    let read = 0;
    fc.assert(
      fc.property(fc.oneof(some, nearly, whole), (bytes) => {
        const field = Buffer.from(bytes);
        const parsed = parseImaSignature(field);
        if (typeof parsed === 'string') {
          expect(parsed).not.toBe('');
          return;
        }
        read += 1;
        const tail = parsed.over === 'DIGEST' ? parsed.digest : parsed.signature;
        expect(field.subarray(-tail.length).equals(tail)).toBe(true);
        const start = parsed.over === 'DIGEST' ? 2 : 9;
        expect(start + tail.length).toBe(field.length);
        if (parsed.over !== 'DIGEST') expect(field.readUInt32BE(3)).toBe(parsed.keyId);
      }),
      { numRuns: 2000 },
    );
    expect(read).toBeGreaterThan(100);
  });
});

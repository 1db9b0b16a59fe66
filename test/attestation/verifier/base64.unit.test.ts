import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase64 } from '../../../src/attestation/verifier/base64.js';

/** What Node's decoder gives where encoding it again gives the text. */
function canonical(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length > 0 && bytes.toString('base64') === text ? bytes : null;
}

describe('decodeBase64', () => {
  it('ok: reads what Node writes', () => {
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 300 }).map((array) => Buffer.from(array));
    fc.assert(
      fc.property(bytes, (given) => {
        expect(decodeBase64(given.toString('base64'))).toEqual(given);
      }),
    );
  });

  it('ok: accepts no other text than Node writes', () => {
    const character = fc.constantFrom(...'AZaz09+/=-_ \n\u0131\u0141\u00c1\u{1f512}');
    const text = fc.oneof(fc.string({ unit: character, maxLength: 12 }), fc.base64String(), fc.string());
    fc.assert(
      fc.property(text, (given) => {
        expect(decodeBase64(given)).toEqual(canonical(given));
      }),
      { numRuns: 5_000 },
    );
  });

  it.each([
    ['nothing', ''],
    ['a group that is not whole', 'AAA'],
    ['no padding', 'AA'],
    ['padding alone', '===='],
    ['three characters of padding', 'A==='],
    ['padding in the middle', 'AA==AAAA'],
    ['bits behind one byte', 'AB=='],
    ['bits behind two bytes', 'AAB='],
    ['a line break', 'AAAA\nAAA'],
    ['the alphabet of addresses', 'AA-_'],
    ['a character whose code ends as that of A', '\u0141AAA'],
  ])('invalid: %s', (_what, text) => {
    expect(decodeBase64(text)).toBeNull();
  });
});

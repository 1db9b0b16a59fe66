import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  attestationKeyProblems,
  endorsementKeyProblems,
  makeCredential,
  parseCredentialFile,
  parsePcrJson,
  parsePcrList,
  parsePcrSerialized,
  parsePcrValues,
  parsePlainSignature,
  parsePublicArea,
  parsePublicKeyPem,
  parseQuote,
  parseSignature,
  TpmFormatError,
  verifyQuoteSignature,
} from '../../../src/attestation/tpm/index.js';
import { createSoftwareTpm } from '../../fakes/software-tpm.js';
import { fixture, textFixture } from './fixtures.js';

const MESSAGE = Buffer.from('statement');
const eccAk = parsePublicArea(fixture('ecc/ak.pub'));
const rsaAk = parsePublicArea(fixture('rsa/ak.pub'));

/** Every reader of bytes, followed by whatever uses its value, with inputs that it accepts. */
const readers: [string, (bytes: Uint8Array) => unknown, string[]][] = [
  ['parsePublicArea', (bytes) => useKey(bytes), ['rsa/ak.pub', 'rsa/ek.pub', 'ecc/ak.pub', 'ecc/ek.pub']],
  ['parseQuote', parseQuote, ['rsa/quote-two-banks.msg', 'ecc/quote-ecdsa.msg']],
  [
    'parseSignature',
    (bytes) => useSignature(bytes),
    ['rsa/quote-rsassa.sig', 'rsa/quote-rsapss.sig', 'ecc/quote-ecdsa.sig'],
  ],
  ['parsePlainSignature', (bytes) => parsePlainSignature(bytes, eccAk, 'sha256'), ['ecc/quote-plain.sig']],
  ['parsePcrSerialized', parsePcrSerialized, ['rsa/quote-two-banks.pcrs']],
  [
    'parsePcrValues',
    (bytes) => parsePcrValues(bytes, parsePcrList('sha256:0,1,2,3,4,5,6,7,8,9,10')),
    ['rsa/quote-plain.pcrs'],
  ],
  ['parseCredentialFile', parseCredentialFile, ['rsa/credential.blob', 'ecc/credential.blob']],
];

function useKey(bytes: Uint8Array): void {
  const area = parsePublicArea(bytes);
  attestationKeyProblems(area);
  const signature = { scheme: 'RSASSA', hash: 'sha256', signature: new Uint8Array(256).fill(1) } as const;
  verifyQuoteSignature({ ...area, scheme: null, hash: null }, MESSAGE, signature);
  if (endorsementKeyProblems(area).length === 0) makeCredential(area, area.name, MESSAGE);
}

function useSignature(bytes: Uint8Array): void {
  const signature = parseSignature(bytes);
  expect(verifyQuoteSignature(rsaAk, MESSAGE, signature)).toBe(false);
  expect(verifyQuoteSignature(eccAk, MESSAGE, signature)).toBe(false);
}

/** Accepted bytes with a few of them changed, and perhaps cut off or continued. */
function mutations(paths: string[]): fc.Arbitrary<Uint8Array> {
  const edits = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 });
  return fc.tuple(fc.constantFrom(...paths), edits, fc.integer({ min: -8, max: 8 })).map(([path, changes, growth]) => {
    const bytes = Buffer.concat([fixture(path), Buffer.alloc(8)]);
    const end = bytes.length - 8;
    for (const [at, value] of changes) bytes[at % end] = value;
    return Uint8Array.from(bytes.subarray(0, end + (growth < -4 || growth > 4 ? growth : 0)));
  });
}

function onlyFormatErrors(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof TpmFormatError)) throw error;
    expect(error.message).not.toMatch(/undefined|NaN/);
    expect(error.message.length).toBeLessThan(300);
  }
}

describe.each(readers)('%s', (_name, read, paths) => {
  test('ok: reads what it is meant to', () => {
    for (const path of paths) expect(() => read(fixture(path))).not.toThrow();
  });

  test('invalid: any bytes end in a value or a TpmFormatError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => onlyFormatErrors(() => read(bytes))),
      { numRuns: 300 },
    );
  });

  test('invalid: so do nearly right bytes', () => {
    fc.assert(
      fc.property(mutations(paths), (bytes) => onlyFormatErrors(() => read(bytes))),
      { numRuns: 600 },
    );
  });
});

describe('text', () => {
  const pieces = fc.constantFrom(
    '{',
    '}',
    ':',
    ',',
    '"sha1"',
    '"sha256"',
    '"0"',
    `"${'0'.repeat(40)}"`,
    '\\',
    ' ',
    '"',
    '[',
    '1',
    '+',
    'all',
  );
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(pieces, { maxLength: 20 }).map((parts) => parts.join('')),
  );

  test('invalid: any text ends in a value or a TpmFormatError', () => {
    fc.assert(
      fc.property(texts, (text) => {
        for (const parse of [parsePcrJson, parsePcrList, parsePublicKeyPem]) onlyFormatErrors(() => parse(text));
      }),
      { numRuns: 1000 },
    );
  });

  test('ok: what parsePcrJson accepts, JSON.parse accepts, and the same', () => {
    const plain = (text: string) =>
      Object.fromEntries([...parsePcrJson(text)].map(([bank, pcrs]) => [bank, pcrs.size]));
    fc.assert(
      fc.property(texts, (text) => {
        onlyFormatErrors(() => {
          const accepted = plain(text);
          const reference: Record<string, object> = JSON.parse(text);
          expect(Object.keys(reference)).toEqual(Object.keys(accepted));
        });
      }),
      { numRuns: 1000 },
    );
  });

  test('invalid: a PEM with a changed character', () => {
    const pem = textFixture('rsa/ak.pem');
    fc.assert(
      fc.property(fc.nat(pem.length - 1), fc.string({ maxLength: 3 }), (at, piece) => {
        onlyFormatErrors(() => parsePublicKeyPem(pem.slice(0, at) + piece + pem.slice(at + 1)));
      }),
    );
  });
});

describe('quotes signed by a TPM', () => {
  test('ok: read back as they were made', () => {
    const tpm = createSoftwareTpm({ key: 'ecc', banks: ['sha1', 'sha256', 'sha384', 'sha512'] });
    const key = parsePublicArea(tpm.akPublic);
    const request = fc.record({
      nonce: fc.uint8Array({ maxLength: 64 }),
      bank: fc.constantFrom('sha1', 'sha256', 'sha384', 'sha512'),
      pcrs: fc.subarray(Array.from({ length: 24 }, (_, pcr) => pcr)),
    });
    fc.assert(
      fc.property(request, ({ nonce, bank, pcrs }) => {
        const { message, signature } = tpm.quote({ nonce, bank, pcrs });
        expect(verifyQuoteSignature(key, message, parseSignature(signature))).toBe(true);
        const quote = parseQuote(message);
        expect(quote.selections).toEqual([{ hash: bank, pcrs }]);
        expect(Buffer.compare(quote.extraData, nonce)).toBe(0);
      }),
      { numRuns: 50 },
    );
  });
});

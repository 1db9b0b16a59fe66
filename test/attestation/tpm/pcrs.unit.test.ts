import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  DIGEST_BYTES,
  encodePcrJson,
  type HashAlgorithm,
  type PcrBanks,
  parsePcrJson,
  parsePcrList,
  parsePcrSerialized,
  parsePcrValues,
  parseQuote,
  pcrDigest,
} from '../../../src/attestation/tpm/index.js';
import { fixture, thrownBy } from './fixtures.js';

const ZERO = '00'.repeat(32);
const QUOTED = parsePcrList('sha256:0,1,2,3,4,5,6,7,8,9,10');

/** Any PCR values that a quote could report. */
const banks: fc.Arbitrary<PcrBanks> = fc
  .uniqueArray(fc.constantFrom<HashAlgorithm>('sha1', 'sha256', 'sha384', 'sha512'))
  .chain((hashes) => fc.tuple(...hashes.map((hash) => fc.tuple(fc.constant(hash), values(hash)))))
  .map((entries) => new Map(entries));

function values(hash: HashAlgorithm): fc.Arbitrary<Map<number, Uint8Array>> {
  const length = DIGEST_BYTES[hash];
  const value = fc.uint8Array({ minLength: length, maxLength: length });
  const pcr = fc.integer({ min: 0, max: 23 });
  return fc.uniqueArray(fc.tuple(pcr, value), { selector: ([number]) => number }).map((entries) => {
    return new Map(entries.sort(([one], [two]) => one - two));
  });
}

describe('pcrDigest', () => {
  test.each([
    ['rsa', 'quote-rsassa'],
    ['rsa', 'quote-rsapss'],
    ['rsa', 'quote-two-banks'],
    ['ecc', 'quote-ecdsa'],
    ['ecc', 'quote-two-banks'],
  ])('ok: %s/%s states the digest of the values beside it', (folder, name) => {
    const quote = parseQuote(fixture(`${folder}/${name}.msg`));
    const reported = parsePcrSerialized(fixture(`${folder}/${name}.pcrs`));
    expect(Buffer.compare(pcrDigest('sha256', quote.selections, reported), quote.pcrDigest)).toBe(0);
  });

  test('ok: the order is that of the selections, not of the values', () => {
    const [first, second] = [Buffer.alloc(32, 1), Buffer.alloc(20, 2)];
    const reported: PcrBanks = new Map([
      ['sha256', new Map([[4, first]])],
      ['sha1', new Map([[7, second]])],
    ]);
    const selections = [
      { hash: 'sha1', pcrs: [7] },
      { hash: 'sha256', pcrs: [4] },
    ] as const;
    const expected = createHash('sha256').update(second).update(first).digest();
    expect(Buffer.compare(pcrDigest('sha256', selections, reported), expected)).toBe(0);
  });

  test('refused: a selected PCR without a value is not skipped', () => {
    const reported: PcrBanks = new Map([['sha256', new Map([[0, Buffer.alloc(32)]])]]);
    expect(thrownBy(() => pcrDigest('sha256', [{ hash: 'sha256', pcrs: [0, 7] }], reported))).toMatchObject({
      name: 'TpmFormatError',
      pointer: '/sha256/7',
    });
    expect(thrownBy(() => pcrDigest('sha256', [{ hash: 'sha1', pcrs: [0] }], reported))).toHaveProperty(
      'pointer',
      '/sha1/0',
    );
  });
});

describe('parsePcrJson', () => {
  test('ok: reading undoes writing', () => {
    const survives = (given: PcrBanks) => {
      expect(parsePcrJson(encodePcrJson(given))).toEqual(given);
    };
    fc.assert(fc.property(banks, survives), { numRuns: 50 });
  });

  test('ok: white space, either case of hexadecimal, and no banks at all', () => {
    const value = new Uint8Array(32).fill(0xab);
    expect(
      parsePcrJson(`\n{ "sha256" :\t{ "7" : "${'aB'.repeat(32)}" } }\r\n`)
        .get('sha256')
        ?.get(7),
    ).toEqual(value);
    expect(parsePcrJson('{}')).toEqual(new Map());
  });

  test.each([
    ['a bank given twice', '{"sha1":{},"sha1":{}}', '/sha1', 17],
    ['a PCR given twice', `{"sha256":{"0":"${ZERO}","0":"${ZERO}"}}`, '/sha256/0', 85],
    ['an unknown bank', '{"md5":{}}', '/md5', 6],
    ['a PCR above 23', `{"sha256":{"24":"${ZERO}"}}`, '/sha256/24', 15],
    ['a PCR with a leading zero', `{"sha256":{"07":"${ZERO}"}}`, '/sha256/07', 15],
    ['a value of another bank', '{"sha1":{"0":"0000"}}', '/sha1/0', 13],
    ['a value that is not hexadecimal', `{"sha256":{"3":"${'zz'.repeat(32)}"}}`, '/sha256/3', 15],
    [
      'a digit of another script, whose code ends as that of 1',
      `{"sha256":{"3":"${'\u0131'.repeat(64)}"}}`,
      '/sha256/3',
      15,
    ],
    ['a value that is no string', '{"sha256":{"3":{}}}', '/sha256/3', 15],
    ['an escape', '{"sha\\u0031":{}}', '', 1],
    ['a comma too many', '{"sha1":{},}', '', 11],
    ['a missing end', '{"sha1":{}', '', 10],
    ['a tail', '{} x', '', 3],
    ['an array', '[]', '', 0],
    ['nothing', '', '', 0],
    ['a name to be escaped', '{"a/b~c":{}}', '/a~1b~0c', 8],
  ])('invalid: %s', (_what, text, pointer, offset) => {
    expect(thrownBy(() => parsePcrJson(text))).toMatchObject({ name: 'TpmFormatError', pointer, offset });
  });

  test('invalid: one character that is no digit, at whichever place of a value', () => {
    const value = fc.tuple(
      fc.constantFrom('0', 'f', 'A'),
      fc.nat(63),
      fc.oneof(
        fc.string({ minLength: 1, maxLength: 1 }),
        fc.constantFrom('"', '\\', '\n', '\u0131', 'g', '/', ':', '`', '@'),
      ),
    );
    fc.assert(
      fc.property(value, ([digit, at, other]) => {
        fc.pre(!/^[0-9a-f]$/i.test(other) && other.length === 1);
        const text = digit.repeat(at) + other + digit.repeat(63 - at);
        expect(thrownBy(() => parsePcrJson(`{"sha256":{"3":"${text}"}}`))).toMatchObject({ name: 'TpmFormatError' });
      }),
    );
  });

  test('invalid: the message says where, also at the root', () => {
    expect(thrownBy(() => parsePcrJson('[]'))).toHaveProperty(
      'message',
      expect.stringMatching(/^PCR values \(root\) at/),
    );
    expect(thrownBy(() => parsePcrJson('{"md5":{}}'))).toHaveProperty(
      'message',
      expect.stringMatching(/^PCR values \/md5 at/),
    );
  });

  test.each(['', '[]', '{"sha1":1}', '{"sha1":{"0":null}}', '{"sha1":{}', '{"sha\\u0031":{}}'])(
    'invalid: the message for %j says what may be there',
    (text) => {
      const message = expect.stringMatching(/: not an object of objects of plain strings/);
      expect(thrownBy(() => parsePcrJson(text))).toHaveProperty('message', message);
    },
  );

  test('invalid: more than 64 KiB, and a name that would fill the message', () => {
    expect(thrownBy(() => parsePcrJson(`{}${' '.repeat(65_536)}`))).toHaveProperty('offset', 65_536);
    const error = thrownBy(() => parsePcrJson(`{"${'x'.repeat(60_000)}":{}}`));
    expect(String(error).length).toBeLessThan(300);
  });
});

describe('parsePcrList', () => {
  test('ok: reads what tpm2-tools is given', () => {
    expect(parsePcrList('sha1:10,0+sha256:7')).toEqual([
      { hash: 'sha1', pcrs: [0, 10] },
      { hash: 'sha256', pcrs: [7] },
    ]);
    expect(parsePcrList('sha256:all')[0]?.pcrs).toHaveLength(24);
  });

  test('invalid: more than 1024 characters', () => {
    expect(thrownBy(() => parsePcrList('x'.repeat(1025)))).toHaveProperty('offset', 1024);
    expect(thrownBy(() => parsePcrList('x'.repeat(1024)))).toHaveProperty('offset', 0);
  });

  test.each([
    '',
    'sha256',
    'sha256:',
    'md5:1',
    'sha256:1+',
    'sha256:1,1',
    'sha256:1,2,',
    'sha256:24',
    'sha256:-1',
    'sha256:1:2',
    'sha256:1+sha256:2',
  ])('invalid: %j', (text) => {
    expect(thrownBy(() => parsePcrList(text))).toHaveProperty('name', 'TpmFormatError');
  });
});

describe('PCR files', () => {
  test.each(['rsa', 'ecc'])('ok: the %s TPM reports the same in both forms', (folder) => {
    const scheme = folder === 'rsa' ? 'rsassa' : 'ecdsa';
    const serialized = parsePcrSerialized(fixture(`${folder}/quote-${scheme}.pcrs`));
    expect(parsePcrValues(fixture(`${folder}/quote-plain.pcrs`), QUOTED)).toEqual(serialized);
    expect([...(serialized.get('sha256')?.keys() ?? [])]).toEqual(QUOTED[0]?.pcrs);
  });

  test('ok: two banks spread over three lists of digests', () => {
    const reported = parsePcrSerialized(fixture('rsa/quote-two-banks.pcrs'));
    expect([reported.get('sha1')?.size, reported.get('sha256')?.size]).toEqual([12, 11]);
    expect(Buffer.from(reported.get('sha1')?.get(11) ?? []).toString('hex')).toBe('00'.repeat(20));
  });

  test.each([
    ['a bank more than there are digests', 0, 3, 'unsupported bank 0x0000'],
    ['more selections than the structure holds', 0, 17, '17 selections, at most 16 are allowed'],
    ['as many selections as the structure holds, of no bank', 0, 16, 'unsupported bank 0x0000'],
    ['a selection longer than its place', 6, 5, 'offset 6: a selection of 5 bytes, at most 4 are allowed'],
    ['an unknown bank', 4, 0x12, 'unsupported bank 0x0012'],
    ['a PCR selected without a digest', 16, 0x0f, 'no digest for PCR 11 of sha256'],
    ['a digest for no selected PCR', 16, 0x03, '23 digests for 22 selected PCRs'],
    ['the same bank twice', 12, 4, 'selected twice'],
    ['lists beyond the end', 132, 4, '4 lists of digests end at offset'],
    ['as many lists as are allowed, beyond the end', 132, 32, '32 lists of digests end at offset'],
    ['a crowd of lists', 135, 1, 'at most 32 are allowed'],
    ['a list of more than eight', 136, 9, '9 digests, at most 8 are allowed'],
    ['a digest longer than its slot', 140, 65, 'a digest of 65 bytes'],
    ['a digest that fills its slot', 140, 64, 'PCR 0 of sha1 has a digest of 64 bytes'],
    ['a digest of another length', 140, 21, 'PCR 0 of sha1 has a digest of 21 bytes'],
  ])('invalid: %s', (_what, offset, byte, message) => {
    const bytes = fixture('ecc/quote-two-banks.pcrs');
    bytes[offset] = byte;
    expect(thrownBy(() => parsePcrSerialized(bytes))).toMatchObject({
      name: 'TpmFormatError',
      message: expect.stringContaining(message),
    });
  });

  test('invalid: a PCR above 23, and fewer bytes than every file has', () => {
    const bytes = fixture('ecc/quote-two-banks.pcrs');
    bytes.set([4, 0, 0, 0, 1], 6);
    expect(thrownBy(() => parsePcrSerialized(bytes))).toHaveProperty(
      'message',
      expect.stringContaining('PCR 24 is above 23'),
    );
    expect(thrownBy(() => parsePcrSerialized(bytes.subarray(0, 135)))).toMatchObject({ offset: 135 });
    expect(parsePcrSerialized(new Uint8Array(136))).toEqual(new Map());
  });

  test('invalid: values that do not fill the list exactly', () => {
    const bytes = fixture('rsa/quote-plain.pcrs');
    expect(thrownBy(() => parsePcrValues(bytes.subarray(1), QUOTED))).toHaveProperty('name', 'TpmFormatError');
    expect(thrownBy(() => parsePcrValues(bytes, parsePcrList('sha256:0,1')))).toMatchObject({ offset: 64 });
  });
});

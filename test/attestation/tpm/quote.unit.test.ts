import { describe, expect, test } from 'vitest';
import { parseQuote } from '../../../src/attestation/tpm/index.js';
import { createSoftwareTpm } from '../../fakes/software-tpm.js';
import { fixture, hexFixture, thrownBy } from './fixtures.js';

const OFFSETS = { qualifiedSigner: 6 };
const QUOTE = () => fixture('ecc/quote-ecdsa.msg');

function patched(offset: number, ...bytes: number[]): Uint8Array {
  const copy = QUOTE();
  copy.set(bytes, offset);
  return copy;
}

describe('parseQuote', () => {
  test('ok: reads what a TPM attested', () => {
    const quote = parseQuote(QUOTE());
    expect(hexFixture('ecc/nonce').equals(quote.extraData)).toBe(true);
    expect(quote.selections).toEqual([{ hash: 'sha256', pcrs: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10] }]);
    expect(quote.clockInfo).toMatchObject({ restartCount: expect.any(Number), safe: true });
    expect(quote.clockInfo.clock).toBeGreaterThan(0n);
    expect([quote.qualifiedSigner.length, quote.pcrDigest.length]).toEqual([34, 32]);
  });

  test('ok: reads several banks in their order', () => {
    const { selections } = parseQuote(fixture('rsa/quote-two-banks.msg'));
    expect(selections.map(({ hash, pcrs }) => [hash, pcrs.length])).toEqual([
      ['sha1', 12],
      ['sha256', 11],
    ]);
  });

  test('ok: 64-bit counters lose nothing', () => {
    const overrides = { clock: 0xfedc_ba98_7654_3210n, firmwareVersion: 0x8000_0000_0000_0001n, safe: false };
    const { message } = createSoftwareTpm({ key: 'ecc' }).quote({ nonce: new Uint8Array(32), pcrs: [0], overrides });
    const quote = parseQuote(message);
    expect(quote.clockInfo).toMatchObject({ clock: overrides.clock, safe: false });
    expect(quote.firmwareVersion).toBe(overrides.firmwareVersion);
  });

  test('refused: another magic, told from garbage by its code', () => {
    expect(thrownBy(() => parseQuote(patched(0, 0xfe)))).toMatchObject({ code: 'WRONG_MAGIC', offset: 0 });
  });

  test('refused: a statement of another kind, such as TPM_ST_ATTEST_CERTIFY', () => {
    expect(thrownBy(() => parseQuote(patched(4, 0x80, 0x17)))).toMatchObject({
      code: 'WRONG_TYPE',
      message: 'TPMS_ATTEST.type at offset 4: 0x8017 is not TPM_ST_ATTEST_QUOTE',
    });
  });

  test('invalid: every truncation', () => {
    const message = QUOTE();
    for (let length = 0; length < message.length; length += 1) {
      expect(thrownBy(() => parseQuote(message.subarray(0, length)))).toMatchObject({
        name: 'TpmFormatError',
        code: 'MALFORMED',
      });
    }
  });

  test.each([
    ['a tail', Buffer.concat([QUOTE(), Buffer.alloc(2)]), 'TPMS_ATTEST.end at offset 145: 2 trailing bytes'],
    [
      'an overlong signer',
      patched(OFFSETS.qualifiedSigner, 1, 0),
      'TPMS_ATTEST.qualifiedSigner at offset 6: 256 bytes, at most 66 are allowed',
    ],
    [
      'a flag that is neither YES nor NO',
      patched(92, 2),
      'TPMS_ATTEST.clockInfo.safe at offset 92: 2 is neither YES nor NO',
    ],
    ['too many selections', patched(101, 0xff), 'attested.quote.pcrSelect.count'],
    [
      'a bank without a name',
      patched(105, 0, 0x12),
      'TPMS_ATTEST.attested.quote.pcrSelect[0].hash at offset 105: unsupported value 0x0012',
    ],
    ['a bitmap too long', patched(107, 5), 'attested.quote.pcrSelect[0].sizeofSelect'],
  ])('invalid: %s', (_what, bytes, message) => {
    expect(thrownBy(() => parseQuote(bytes))).toMatchObject({
      name: 'TpmFormatError',
      message: expect.stringContaining(message),
    });
  });
});

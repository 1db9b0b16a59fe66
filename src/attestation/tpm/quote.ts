import { type PcrSelection, readPcrSelections } from './pcrs.js';
import { hex16, WireReader } from './wire.js';

/** When a quote was made, by the TPM's own clock (TPMS_CLOCK_INFO; TPM 2.0 Part 2, section 10.11.1). */
export interface ClockInfo {
  /** Milliseconds that the TPM has been powered, in its whole life. */
  readonly clock: bigint;
  /** The number of TPM Resets, and of restarts and resumes since the last one; both together identify a boot. */
  readonly resetCount: number;
  readonly restartCount: number;
  /** False while the clock may repeat values reported before a disorderly shutdown. */
  readonly safe: boolean;
}

/** The signed statement of a quote. Byte fields share memory with the parsed input. */
export interface Quote {
  readonly qualifiedSigner: Uint8Array;
  /** The verifier's nonce. */
  readonly extraData: Uint8Array;
  readonly clockInfo: ClockInfo;
  readonly firmwareVersion: bigint;
  readonly selections: readonly PcrSelection[];
  readonly pcrDigest: Uint8Array;
}

const TPM_GENERATED_VALUE = 0xff544347;
const TPM_ST_ATTEST_QUOTE = 0x8018;
const MAX_NAME_BYTES = 66;
const MAX_DATA_BYTES = 66;
const MAX_DIGEST_BYTES = 64;

/**
 * Reads a TPMS_ATTEST that is a quote (TPM 2.0 Part 2, section 10.12.8).
 *
 * @throws TpmFormatError with code `WRONG_MAGIC` when no TPM made the statement, `WRONG_TYPE` when it is something
 *   other than a quote, and `MALFORMED` or `UNSUPPORTED` for anything else.
 */
export function parseQuote(message: Uint8Array): Quote {
  const reader = new WireReader('TPMS_ATTEST', message);
  const magic = reader.u32('magic');
  if (magic !== TPM_GENERATED_VALUE) {
    reader.fail('magic', `0x${magic.toString(16).padStart(8, '0')} is not TPM_GENERATED_VALUE`, {
      back: 4,
      code: 'WRONG_MAGIC',
    });
  }
  const type = reader.u16('type');
  if (type !== TPM_ST_ATTEST_QUOTE) {
    reader.fail('type', `${hex16(type)} is not TPM_ST_ATTEST_QUOTE`, { back: 2, code: 'WRONG_TYPE' });
  }
  const quote = {
    qualifiedSigner: reader.sized(MAX_NAME_BYTES, 'qualifiedSigner'),
    extraData: reader.sized(MAX_DATA_BYTES, 'extraData'),
    clockInfo: {
      clock: reader.u64('clockInfo.clock'),
      resetCount: reader.u32('clockInfo.resetCount'),
      restartCount: reader.u32('clockInfo.restartCount'),
      safe: readYesNo(reader, 'clockInfo.safe'),
    },
    firmwareVersion: reader.u64('firmwareVersion'),
    selections: readPcrSelections(reader, 'attested.quote.pcrSelect'),
    pcrDigest: reader.sized(MAX_DIGEST_BYTES, 'attested.quote.pcrDigest'),
  };
  reader.end();
  return quote;
}

function readYesNo(reader: WireReader, field: string): boolean {
  const value = reader.u8(field);
  if (value > 1) reader.fail(field, `${value} is neither YES nor NO`, { back: 1 });
  return value === 1;
}

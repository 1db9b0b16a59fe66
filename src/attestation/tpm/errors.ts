/**
 * Why bytes are refused. `MALFORMED`: they do not follow the structure; `UNSUPPORTED`: they do, but name an algorithm
 * that this module does not know; `WRONG_MAGIC` and `WRONG_TYPE`: a TPMS_ATTEST that no TPM made, or that is not a
 * quote.
 */
export type TpmFormatErrorCode = 'MALFORMED' | 'UNSUPPORTED' | 'WRONG_MAGIC' | 'WRONG_TYPE';

interface TpmFormatErrorOptions {
  code?: TpmFormatErrorCode;
  pointer?: string;
  cause?: unknown;
}

/** The only error that the parsers of this folder throw. The message has the structure, the field and the problem. */
export class TpmFormatError extends Error {
  override readonly name = 'TpmFormatError';
  readonly code: TpmFormatErrorCode;
  /** Offset of the wrong field: in bytes for binary structures, in UTF-16 units for text. */
  readonly offset: number;
  /** JSON pointer to the wrong member, for PCR values in JSON. */
  readonly pointer: string | undefined;

  constructor(where: string, offset: number, problem: string, options: TpmFormatErrorOptions = {}) {
    super(`${where} at offset ${offset}: ${problem}`, { cause: options.cause });
    this.code = options.code ?? 'MALFORMED';
    this.offset = offset;
    this.pointer = options.pointer;
  }
}

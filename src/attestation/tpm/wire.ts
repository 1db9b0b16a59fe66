import { HASH_IDS, type HashAlgorithm } from './algorithms.js';
import { TpmFormatError, type TpmFormatErrorCode } from './errors.js';

/**
 * Reads TPM structures, which are big-endian and packed (TPM 2.0 Part 2, section 4). Every read has a field name, so
 * that an error shows which bytes are wrong. Byte fields are views: they share memory with the input.
 */
export class WireReader {
  readonly #bytes: Uint8Array;
  readonly #structure: string;
  #offset = 0;

  constructor(structure: string, bytes: Uint8Array) {
    this.#structure = structure;
    this.#bytes = bytes;
  }

  u8(field: string): number {
    return this.#bytes[this.#take(1, field)] as number;
  }

  u16(field: string): number {
    return this.#u16At(this.#take(2, field));
  }

  u32(field: string): number {
    const at = this.#take(4, field);
    return this.#u16At(at) * 0x10000 + this.#u16At(at + 2);
  }

  u64(field: string): bigint {
    const at = this.#take(8, field);
    return new DataView(this.#bytes.buffer, this.#bytes.byteOffset + at, 8).getBigUint64(0);
  }

  bytes(length: number, field: string): Uint8Array {
    const start = this.#take(length, field);
    return this.#bytes.subarray(start, start + length);
  }

  /** A TPM2B: a 16-bit length, at most `max`, and that many bytes. */
  sized(max: number, field: string): Uint8Array {
    const length = this.u16(field);
    if (length > max) this.fail(field, `${length} bytes, at most ${max} are allowed`, { back: 2 });
    return this.bytes(length, field);
  }

  /** A 16-bit identifier that must be in `known`. */
  identifier<T>(known: ReadonlyMap<number, T>, field: string): T {
    const id = this.u16(field);
    return known.get(id) ?? this.unsupported(field, id);
  }

  hash(field: string): HashAlgorithm {
    return this.identifier(HASH_IDS, field);
  }

  /** Refuses trailing bytes: with them, it is not that structure. */
  end(): void {
    const left = this.#bytes.length - this.#offset;
    if (left > 0) this.fail('end', `${left} trailing bytes`);
  }

  fail(
    field: string,
    problem: string,
    options: { back?: number; code?: TpmFormatErrorCode; cause?: unknown } = {},
  ): never {
    const { back = 0, ...rest } = options;
    throw new TpmFormatError(`${this.#structure}.${field}`, this.#offset - back, problem, rest);
  }

  /** Refuses the 16-bit value just read: well-formed, but unknown to this module. */
  unsupported(field: string, value: number): never {
    this.fail(field, `unsupported value ${hex16(value)}`, { back: 2, code: 'UNSUPPORTED' });
  }

  #u16At(at: number): number {
    return ((this.#bytes[at] as number) << 8) | (this.#bytes[at + 1] as number);
  }

  #take(length: number, field: string): number {
    const start = this.#offset;
    const left = this.#bytes.length - start;
    if (length > left) this.fail(field, `needs ${length} bytes, ${left} left`);
    this.#offset = start + length;
    return start;
  }
}

export function hex16(value: number): string {
  return `0x${value.toString(16).padStart(4, '0')}`;
}

/** A 16-bit big-endian integer. */
export function u16(value: number): Uint8Array {
  return Uint8Array.of(value >>> 8, value);
}

/** A 32-bit big-endian integer. */
export function u32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

/** A TPM2B with the concatenation of `parts`. */
export function sized(...parts: Uint8Array[]): Uint8Array {
  const content = Buffer.concat(parts);
  return Buffer.concat([u16(content.length), content]);
}

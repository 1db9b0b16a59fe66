import { Buffer } from 'node:buffer';
import { decodeHex } from '../runtime-policy/index.js';
import type { DigestPrefix } from './templates.js';

/** TCG_EVENT_NAME_LEN_MAX: the oldest template pads names to this length and a NUL. */
const LEGACY_NAME_BYTES = 255;
const MAX_CACHED_VIEW = 1024;

/**
 * Builds template data, the input of the kernel's hash (Linux, ima_template_lib.c): for each field its length as u32
 * little-endian, then its bytes. One buffer serves all entries of a log.
 */
export class TemplateData {
  #buffer = Buffer.alloc(8192);
  #size = 0;
  #lastFieldAt = 0;
  /** Views of the buffer by length: creating one for each entry costs as much as parsing it. */
  #views: Buffer[] = [];
  /** The header already at the buffer's start; it seldom changes between entries. */
  #header: Buffer | undefined;

  get bytes(): Buffer {
    const size = this.#size;
    if (size >= MAX_CACHED_VIEW) return this.#buffer.subarray(0, size);
    let view = this.#views[size];
    if (view === undefined) {
      view = this.#buffer.subarray(0, size);
      this.#views[size] = view;
    }
    return view;
  }

  /** The field added by `addHexField`. */
  get lastField(): Buffer {
    return this.#buffer.subarray(this.#lastFieldAt, this.#size);
  }

  /** Writes the digest field (`algorithm:` NUL digest) and the name field (name NUL). */
  begin(prefix: DigestPrefix, digest: Uint8Array, log: Buffer, nameStart: number, nameEnd: number): void {
    const nameSize = nameEnd - nameStart;
    this.#reserve(prefix.header.length + prefix.size + 4 + nameSize + 1);
    if (this.#header !== prefix.header) prefix.header.copy(this.#buffer);
    this.#header = prefix.header;
    let at = prefix.header.length;
    // Loops: for so few bytes, the call of a native copy costs more than the copying.
    const buffer = this.#buffer;
    for (let from = 0; from < prefix.size; from += 1) buffer[at + from] = digest[from] as number;
    at = this.#writeLength(at + prefix.size, nameSize + 1);
    for (let from = 0; from < nameSize; from += 1) buffer[at + from] = log[nameStart + from] as number;
    at += nameSize;
    buffer[at] = 0;
    this.#size = at + 1;
    this.#lastFieldAt = this.#size;
  }

  /** Adds a field from hex, possibly empty (for example a signature). Returns whether it was lower-case hex. */
  addHexField(log: Buffer, start: number, end: number): boolean {
    const size = Math.ceil((end - start) / 2);
    this.#reserve(this.#size + 4 + size);
    this.#lastFieldAt = this.#writeLength(this.#size, size);
    this.#size = this.#lastFieldAt + size;
    return decodeHex(log, start, end, this.#buffer, this.#lastFieldAt, 'lower') === size;
  }

  /** The oldest template has no lengths: the digest, and the name padded with NUL to 256 bytes. */
  writeLegacy(digest: Buffer, digestSize: number, log: Buffer, nameStart: number, nameEnd: number): string | null {
    if (nameEnd - nameStart > LEGACY_NAME_BYTES)
      return `a name of this template has at most ${LEGACY_NAME_BYTES} bytes`;
    this.#header = undefined;
    digest.copy(this.#buffer, 0, 0, digestSize);
    const at = digestSize + log.copy(this.#buffer, digestSize, nameStart, nameEnd);
    this.#size = digestSize + LEGACY_NAME_BYTES + 1;
    this.#buffer.fill(0, at, this.#size);
    return null;
  }

  #writeLength(at: number, length: number): number {
    const buffer = this.#buffer;
    buffer[at] = length & 0xff;
    buffer[at + 1] = (length >>> 8) & 0xff;
    buffer[at + 2] = (length >>> 16) & 0xff;
    buffer[at + 3] = length >>> 24;
    return at + 4;
  }

  #reserve(size: number): void {
    if (size <= this.#buffer.length) return;
    const larger = Buffer.alloc(size * 2);
    this.#buffer.copy(larger);
    this.#buffer = larger;
    this.#views = [];
  }
}

import { Buffer, isUtf8 } from 'node:buffer';
import type { ProblemList } from './errors.js';

const NEWLINE = 0x0a;

/** The longest part of a text that a reader may need at once, in bytes. */
export const MAX_TOKEN_BYTES = 1024 * 1024;
const PIECE_BYTES = 256 * 1024;

/** The memory of a window on a text that arrives in pieces. */
export const WINDOW_BYTES = MAX_TOKEN_BYTES + PIECE_BYTES;

/** A source of consecutive bytes. */
export interface ByteSource {
  /** Writes the next bytes to the start of `target`, and returns how many; 0 at the end. */
  read(target: Uint8Array): number;
}

/**
 * A UTF-8 text of which `bytes[at..end)` is in memory. A reader moves `at` past what it has read, and calls `more` when
 * it needs more. A reader finds the same things in the same order, however the text is split.
 */
export class TextWindow {
  readonly bytes: Buffer;
  at = 0;
  end = 0;
  readonly #problems: ProblemList;
  #source: ByteSource | null;
  /** The end of the bytes in memory; those after `end` are not checked as UTF-8 yet. */
  #filled = 0;
  #countedTo = 0;
  #line = 1;

  private constructor(bytes: Buffer, source: ByteSource | null, problems: ProblemList) {
    this.bytes = bytes;
    this.#source = source;
    this.#problems = problems;
  }

  /** A text that is completely in memory, and stays in place. */
  static of(content: Uint8Array, problems: ProblemList): TextWindow {
    const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
    const window = new TextWindow(bytes, null, problems);
    window.#filled = bytes.length;
    window.#check();
    return window;
  }

  /** A text that arrives in pieces. */
  static from(source: ByteSource, problems: ProblemList): TextWindow {
    return new TextWindow(Buffer.alloc(WINDOW_BYTES), source, problems);
  }

  /**
   * Moves `at` to the start of `bytes` and reads more after the rest. Returns false at the end of the text.
   * @throws RuntimePolicyError when the text continues with bytes that are not UTF-8.
   */
  more(): boolean {
    const left = this.end - this.at;
    while (this.#source !== null && this.end - this.at === left) {
      this.#moveToFront();
      if (this.#filled === this.bytes.length) throw new Error('the window is full');
      const size = this.#source.read(this.bytes.subarray(this.#filled));
      if (size === 0) this.#source = null;
      this.#filled += size;
      this.#check();
    }
    if (this.end - this.at > left) return true;
    if (this.end < this.#filled) this.#problems.fail({ line: this.lineAt(this.end), message: 'the text is not UTF-8' });
    return false;
  }

  /** The 1-based line of a place in `bytes`. */
  lineAt(place: number): number {
    const { bytes } = this;
    for (; this.#countedTo < place; this.#countedTo += 1) if (bytes[this.#countedTo] === NEWLINE) this.#line += 1;
    for (; this.#countedTo > place; this.#countedTo -= 1) if (bytes[this.#countedTo - 1] === NEWLINE) this.#line -= 1;
    return this.#line;
  }

  #moveToFront(): void {
    const moved = this.at;
    this.lineAt(moved);
    this.bytes.copyWithin(0, moved, this.#filled);
    this.#countedTo -= moved;
    this.#filled -= moved;
    this.end -= moved;
    this.at = 0;
  }

  /** A log is text, so a path that is not UTF-8 could never match: an error is better than an entry without effect. */
  #check(): void {
    const { bytes } = this;
    const whole = this.#filled - unfinished(bytes, this.end, this.#filled);
    this.end += isUtf8(bytes.subarray(this.end, whole)) ? whole - this.end : validSize(bytes.subarray(this.end, whole));
    // Nothing after invalid bytes can be read.
    if (this.end < whole) this.#source = null;
  }
}

/** The size in bytes of a character with this first byte; 1 when it cannot be a first byte. */
function sizeOf(byte: number): number {
  if (byte >= 0xf0) return 4;
  if (byte >= 0xe0) return 3;
  return byte >= 0xc0 ? 2 : 1;
}

/** How many bytes at the end of `bytes[start..end)` may be the start of an incomplete character. */
function unfinished(bytes: Uint8Array, start: number, end: number): number {
  for (let size = 1; size <= 3 && end - size >= start; size += 1) {
    const byte = bytes[end - size] as number;
    if (byte >= 0xc0) return sizeOf(byte) > size ? size : 0;
    if (byte < 0x80) return 0;
  }
  return 0;
}

/** How many bytes come before the first that are not UTF-8. */
function validSize(bytes: Uint8Array): number {
  let at = 0;
  for (;;) {
    const next = at + sizeOf(bytes[at] as number);
    if (next > bytes.length || !isUtf8(bytes.subarray(at, next))) return at;
    at = next;
  }
}

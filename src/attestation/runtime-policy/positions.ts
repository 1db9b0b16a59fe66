const NEWLINE = 0x0a;
/** A pointer shows a key, not a whole hostile key. */
const MAX_SEGMENT = 256;

/** One reference token of a JSON pointer, with its slash (RFC 6901, section 3). */
export function pointerSegment(key: string): string {
  return `/${key.slice(0, MAX_SEGMENT).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** Tells the 1-based line of a byte offset. Asked in the order of the text, it reads the text only once. */
export class LineCounter {
  readonly #text: Uint8Array;
  #countedTo = 0;
  #line = 1;

  constructor(text: Uint8Array) {
    this.#text = text;
  }

  lineAt(offset: number): number {
    if (offset < this.#countedTo) {
      this.#countedTo = 0;
      this.#line = 1;
    }
    for (; this.#countedTo < offset; this.#countedTo += 1) if (this.#text[this.#countedTo] === NEWLINE) this.#line += 1;
    return this.#line;
  }
}

const MAX_DEPTH = 32;
/** A pointer shows a key, but not all of a hostile one. */
const MAX_SEGMENT = 256;

/** Marks of a segment: an array's index, a key kept as a string, nothing read yet. */
const INDEX = -1;
const KEPT_KEY = -2;
const CONTAINER = -3;

/** One reference token of a JSON pointer, with its slash (RFC 6901, section 3). */
export function pointerSegment(key: string): string {
  return `/${key.slice(0, MAX_SEGMENT).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** The position of a JSON reader. Builds a string only on request. */
export class PointerTrail {
  readonly maxDepth = MAX_DEPTH;
  readonly #bytes: Buffer;
  #depth = 0;
  /** The span of a key; or a start, and one of the marks as the end. */
  readonly #starts = new Int32Array(MAX_DEPTH + 1);
  readonly #ends = new Int32Array(MAX_DEPTH + 1);
  readonly #keptKeys: string[] = [];

  /** @param bytes The buffer of the keys' spans. */
  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Enters an object or an array. Returns false when it is nested too deep. */
  open(): boolean {
    if (this.#depth === MAX_DEPTH) return false;
    this.#depth += 1;
    // Before its first key or element, problems are reported at the container itself.
    this.#ends[this.#depth] = CONTAINER;
    return true;
  }

  close(): void {
    this.#depth -= 1;
  }

  enterIndex(index: number): void {
    this.#starts[this.#depth] = index;
    this.#ends[this.#depth] = INDEX;
  }

  enterSpan(start: number, end: number): void {
    this.#starts[this.#depth] = start;
    this.#ends[this.#depth] = end;
  }

  enterKey(key: string): void {
    this.#keptKeys[this.#depth] = key;
    this.#ends[this.#depth] = KEPT_KEY;
  }

  /** Copies the keys to strings, before their bytes are moved. */
  detach(): void {
    for (let depth = 1; depth <= this.#depth; depth += 1) {
      if ((this.#ends[depth] ?? CONTAINER) < 0) continue;
      this.#keptKeys[depth] = this.#keyAt(depth);
      this.#ends[depth] = KEPT_KEY;
    }
  }

  /** The JSON pointer (RFC 6901). */
  toString(): string {
    let pointer = '';
    for (let depth = 1; depth <= this.#depth; depth += 1) {
      if (this.#ends[depth] === CONTAINER) break;
      pointer += pointerSegment(this.#keyAt(depth));
    }
    return pointer;
  }

  #keyAt(depth: number): string {
    const start = this.#starts[depth] ?? 0;
    const end = this.#ends[depth] ?? CONTAINER;
    if (end === INDEX) return String(start);
    return end === KEPT_KEY ? (this.#keptKeys[depth] ?? '') : this.#bytes.toString('utf8', start, end);
  }
}

import { Buffer } from 'node:buffer';
import type { PolicyProblem, ProblemList } from './errors.js';
import { LineCounter, pointerSegment } from './positions.js';

const MAX_DEPTH = 32;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** Marks of a pointer's segment: an array index, a key kept apart because it has escapes, nothing read yet. */
const INDEX = -1;
const ESCAPED_KEY = -2;
const CONTAINER = -3;

const SCALAR = /(?:true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)/y;

export type JsonKind = 'object' | 'array' | 'string' | 'scalar';

/**
 * A pull reader of JSON text (RFC 8259) over UTF-8 bytes. It exists because `JSON.parse` hides duplicated
 * keys, knows no lines, and would turn a list of a million paths into objects. A string is handed out as a
 * span of bytes (`bytes`, `start`, `end`), copied only where it has escapes. Syntax errors end the reading
 * with a `RuntimePolicyError`; what the caller reports with `problem` is gathered.
 */
export class JsonReader {
  bytes: Buffer;
  start = 0;
  end = 0;
  readonly problems: ProblemList;
  readonly #text: Buffer;
  #at = 0;
  #depth = 0;
  /** The pointer's segments: a key's span, or a start with one of the marks below for an end. */
  readonly #segmentStart = new Int32Array(MAX_DEPTH + 1);
  readonly #segmentEnd = new Int32Array(MAX_DEPTH + 1);
  readonly #escapedKeys: string[] = [];
  readonly #lines: LineCounter;

  constructor(text: Uint8Array, problems: ProblemList) {
    this.#text = Buffer.from(text.buffer, text.byteOffset, text.byteLength);
    this.bytes = this.#text;
    this.#lines = new LineCounter(this.#text);
    this.problems = problems;
  }

  /** Reports something wrong with the value just read. */
  problem(message: string): void {
    this.problems.add(this.#here(message));
  }

  kind(): JsonKind {
    this.#skipSpace();
    const byte = this.#text[this.#at];
    if (byte === QUOTE) return 'string';
    if (byte === OPEN_OBJECT) return 'object';
    return byte === OPEN_ARRAY ? 'array' : 'scalar';
  }

  /** Is the next value of this kind? Otherwise it is reported and skipped. */
  expects(kind: JsonKind, description: string): boolean {
    if (this.kind() === kind) return true;
    this.problem(`must be ${description}`);
    this.skipValue();
    return false;
  }

  /** Visits the members of an object. The key is the current span; `visit` must read the value. */
  readMembers(visit: () => void): void {
    this.#open(OPEN_OBJECT, '{');
    if (!this.#closes(CLOSE_OBJECT)) {
      do {
        this.readString();
        this.#enterKey();
        this.#take(COLON, "':'");
        visit();
      } while (this.#continues(CLOSE_OBJECT, "',' or '}'"));
    }
    this.#depth -= 1;
  }

  /** Visits the members of a small object by their names; a name that comes twice is a problem. */
  readObject(visit: (key: string) => void): void {
    const seen = new Set<string>();
    this.readMembers(() => {
      const key = this.spanText();
      if (seen.has(key)) {
        this.problem('the key is duplicated');
        this.skipValue();
        return;
      }
      seen.add(key);
      visit(key);
    });
  }

  /** Visits the elements of an array; `visit` must read the value. */
  readArray(visit: (index: number) => void): void {
    this.#open(OPEN_ARRAY, '[');
    if (!this.#closes(CLOSE_ARRAY)) {
      let index = 0;
      do {
        this.#segmentStart[this.#depth] = index;
        this.#segmentEnd[this.#depth] = INDEX;
        visit(index);
        index += 1;
      } while (this.#continues(CLOSE_ARRAY, "',' or ']'"));
    }
    this.#depth -= 1;
  }

  /** Reads a string; its content is then `bytes[start..end)`. */
  readString(): void {
    this.#skipSpace();
    if (this.#text[this.#at] !== QUOTE) this.#fail('a string was expected');
    const first = this.#at + 1;
    let at = first;
    let hasEscapes = false;
    for (;;) {
      const byte = this.#text[at];
      if (byte === QUOTE) break;
      if (byte === undefined || byte < 0x20) this.#fail('the string is not closed, or has a control character', at);
      if (byte === BACKSLASH) {
        hasEscapes = true;
        at += 1;
      }
      at += 1;
    }
    this.#at = at + 1;
    this.bytes = hasEscapes ? this.#unescape(first - 1, at + 1) : this.#text;
    this.start = hasEscapes ? 0 : first;
    this.end = hasEscapes ? this.bytes.length : at;
  }

  /** The string just read, as text. */
  spanText(): string {
    return this.bytes.toString('utf8', this.start, this.end);
  }

  readText(): string {
    this.readString();
    return this.spanText();
  }

  /** Reads a number, `true`, `false` or `null`. */
  readScalar(): number | boolean | null {
    this.#skipSpace();
    SCALAR.lastIndex = 0;
    const token = SCALAR.exec(this.#text.toString('latin1', this.#at, this.#at + 64))?.[0];
    if (token === undefined) this.#fail('a JSON value was expected');
    this.#at += token.length;
    return JSON.parse(token);
  }

  /** Passes over a value of any kind; its syntax and its duplicated keys are still checked. */
  skipValue(): void {
    const kind = this.kind();
    if (kind === 'object') this.readObject(() => this.skipValue());
    else if (kind === 'array') this.readArray(() => this.skipValue());
    else if (kind === 'string') this.readString();
    else this.readScalar();
  }

  /** Requires that nothing but white space follows. */
  finish(): void {
    this.#skipSpace();
    if (this.#at < this.#text.length) this.#fail('nothing may follow the closing brace');
  }

  #enterKey(): void {
    const isEscaped = this.bytes !== this.#text;
    if (isEscaped) this.#escapedKeys[this.#depth] = this.spanText();
    this.#segmentStart[this.#depth] = this.start;
    this.#segmentEnd[this.#depth] = isEscaped ? ESCAPED_KEY : this.end;
  }

  #unescape(from: number, to: number): Buffer {
    let text: string;
    try {
      text = JSON.parse(this.#text.toString('utf8', from, to));
    } catch {
      this.#fail('the string has an invalid escape', from);
    }
    const bytes = Buffer.from(text, 'utf8');
    // A lone surrogate has no UTF-8 form: it would silently become U+FFFD, another name.
    if (bytes.toString('utf8', 0, bytes.length) !== text) this.#fail('the string has a lone surrogate', from);
    return bytes;
  }

  #skipSpace(): void {
    let byte = this.#text[this.#at];
    while (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) byte = this.#text[++this.#at];
  }

  #open(byte: number, name: string): void {
    this.#take(byte, `'${name}'`);
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) {
      this.#depth = MAX_DEPTH;
      this.#fail(`nested deeper than ${MAX_DEPTH}`);
    }
    // Until its first key or element is read, what is inside is reported at the container itself.
    this.#segmentEnd[this.#depth] = CONTAINER;
  }

  #take(byte: number, description: string): void {
    this.#skipSpace();
    if (this.#text[this.#at] !== byte) this.#fail(`${description} was expected`);
    this.#at += 1;
  }

  #closes(byte: number): boolean {
    this.#skipSpace();
    const isClosed = this.#text[this.#at] === byte;
    if (isClosed) this.#at += 1;
    return isClosed;
  }

  #continues(close: number, description: string): boolean {
    const isClosed = this.#closes(close);
    if (!isClosed) this.#take(COMMA, description);
    return !isClosed;
  }

  #pointer(): string {
    let pointer = '';
    for (let depth = 1; depth <= this.#depth; depth += 1) {
      const start = this.#segmentStart[depth] ?? 0;
      const end = this.#segmentEnd[depth] ?? CONTAINER;
      if (end === CONTAINER) break;
      let key = end === INDEX ? String(start) : (this.#escapedKeys[depth] ?? '');
      if (end >= 0) key = this.#text.toString('utf8', start, end);
      pointer += pointerSegment(key);
    }
    return pointer;
  }

  #here(message: string, at = this.#at): PolicyProblem {
    return { line: this.#lines.lineAt(at), pointer: this.#pointer(), message };
  }

  #fail(message: string, at = this.#at): never {
    this.problems.fail(this.#here(message, Math.min(at, this.#text.length)));
  }
}

import { Buffer } from 'node:buffer';
import type { PolicyProblem, ProblemList } from './errors.js';
import { unescapeJson } from './json-string.js';
import { PointerTrail } from './positions.js';
import { MAX_TOKEN_BYTES, TextWindow } from './text-window.js';

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** A longer number is a syntax error. */
const MAX_SCALAR_BYTES = 64;
const NOT_CLOSED = 'the string is not closed, or has a control character';
const SCALAR = /(?:true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)/y;

export type JsonKind = 'object' | 'array' | 'string' | 'scalar';

/**
 * A pull reader of JSON text (RFC 8259) over UTF-8 bytes. It exists because `JSON.parse` hides duplicate keys, knows no
 * lines, and would turn a list of a million paths into objects. A string is a span of bytes (`bytes`, `start`, `end`),
 * copied only if it has escapes. Syntax errors end the reading with a `RuntimePolicyError`; problems that the caller
 * reports with `problem` are collected.
 */
export class JsonReader {
  bytes: Buffer;
  start = 0;
  end = 0;
  readonly problems: ProblemList;
  readonly #text: TextWindow;
  readonly #trail: PointerTrail;

  constructor(text: Uint8Array | TextWindow, problems: ProblemList) {
    this.#text = text instanceof TextWindow ? text : TextWindow.of(text, problems);
    this.#trail = new PointerTrail(this.#text.bytes);
    this.bytes = this.#text.bytes;
    this.problems = problems;
  }

  /** Reports a problem of the value just read. */
  problem(message: string): void {
    this.problems.add(this.#here(message));
  }

  kind(): JsonKind {
    const byte = this.#skipSpace();
    if (byte === QUOTE) return 'string';
    if (byte === OPEN_OBJECT) return 'object';
    return byte === OPEN_ARRAY ? 'array' : 'scalar';
  }

  /** Whether the next value is of this kind; if not, reports and skips it. */
  expects(kind: JsonKind, description: string): boolean {
    if (this.kind() === kind) return true;
    this.problem(`must be ${description}`);
    this.skipValue();
    return false;
  }

  /** Calls `visit` for each member of an object. The key is the current span; `visit` must read the value. */
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
    this.#trail.close();
  }

  /** Calls `visit` for each member of a small object, by its key; a duplicate key is a problem. */
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

  /** Calls `visit` for each element of an array; `visit` must read the value. */
  readArray(visit: (index: number) => void): void {
    this.#open(OPEN_ARRAY, '[');
    if (!this.#closes(CLOSE_ARRAY)) {
      let index = 0;
      do {
        this.#trail.enterIndex(index);
        visit(index);
        index += 1;
      } while (this.#continues(CLOSE_ARRAY, "',' or ']'"));
    }
    this.#trail.close();
  }

  /** Reads a string; its content is then `bytes[start..end)`. */
  readString(): void {
    if (this.#skipSpace() !== QUOTE) this.#fail('a string was expected');
    const text = this.#text;
    let at = text.at + 1;
    let known = this.#knownTo();
    let hasEscapes = false;
    for (;;) {
      if (at >= known) {
        at = this.#reach(at);
        known = this.#knownTo();
      }
      const byte = text.bytes[at] as number;
      if (byte === QUOTE) break;
      if (byte < 0x20) this.#fail(NOT_CLOSED, at);
      if (byte === BACKSLASH) {
        hasEscapes = true;
        at += 1;
      }
      at += 1;
    }
    const first = text.at + 1;
    this.bytes = hasEscapes ? this.#unescape(text.at, at + 1) : text.bytes;
    this.start = hasEscapes ? 0 : first;
    this.end = hasEscapes ? this.bytes.length : at;
    text.at = at + 1;
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
    const text = this.#text;
    while (text.end - text.at < MAX_SCALAR_BYTES && this.#more());
    SCALAR.lastIndex = 0;
    const end = Math.min(text.at + MAX_SCALAR_BYTES, text.end);
    const token = SCALAR.exec(text.bytes.toString('latin1', text.at, end))?.[0];
    if (token === undefined) this.#fail('a JSON value was expected');
    text.at += token.length;
    return JSON.parse(token);
  }

  /** Skips a value of any kind, but checks its syntax and duplicate keys. */
  skipValue(): void {
    const kind = this.kind();
    if (kind === 'object') this.readObject(() => this.skipValue());
    else if (kind === 'array') this.readArray(() => this.skipValue());
    else if (kind === 'string') this.readString();
    else this.readScalar();
  }

  /** Requires that only white space follows. */
  finish(): void {
    if (this.#skipSpace() !== undefined) this.#fail('nothing may follow the closing brace');
  }

  #enterKey(): void {
    if (this.bytes === this.#text.bytes) this.#trail.enterSpan(this.start, this.end);
    else this.#trail.enterKey(this.spanText());
  }

  /** The end of the available bytes of the string at `text.at`, or of its maximum length. */
  #knownTo(): number {
    return Math.min(this.#text.end, this.#text.at + MAX_TOKEN_BYTES);
  }

  /** Reads more until a place in a string is available, and returns its new position. */
  #reach(place: number): number {
    const text = this.#text;
    const size = place - text.at;
    if (size >= MAX_TOKEN_BYTES) this.#fail(`a string has at most ${MAX_TOKEN_BYTES} bytes`);
    while (text.end - text.at <= size) if (!this.#more()) this.#fail(NOT_CLOSED, text.end);
    return text.at + size;
  }

  /** Like `TextWindow.more`, but keeps the last string that was read. */
  #more(): boolean {
    this.#trail.detach();
    if (this.bytes === this.#text.bytes) {
      this.bytes = Buffer.from(this.bytes.subarray(this.start, this.end));
      this.start = 0;
      this.end = this.bytes.length;
    }
    return this.#text.more();
  }

  #unescape(from: number, to: number): Buffer {
    const bytes = unescapeJson(this.#text.bytes.toString('utf8', from, to));
    if (typeof bytes === 'string') this.#fail(bytes, from);
    return bytes;
  }

  /** Skips white space, and returns the next byte; undefined at the end of the text. */
  #skipSpace(): number | undefined {
    const text = this.#text;
    for (;;) {
      for (; text.at < text.end; text.at += 1) {
        const byte = text.bytes[text.at];
        if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return byte;
      }
      if (!this.#more()) return undefined;
    }
  }

  #open(byte: number, name: string): void {
    this.#take(byte, `'${name}'`);
    if (!this.#trail.open()) this.#fail(`nested deeper than ${this.#trail.maxDepth}`);
  }

  #take(byte: number, description: string): void {
    if (this.#skipSpace() !== byte) this.#fail(`${description} was expected`);
    this.#text.at += 1;
  }

  #closes(byte: number): boolean {
    const isClosed = this.#skipSpace() === byte;
    if (isClosed) this.#text.at += 1;
    return isClosed;
  }

  #continues(close: number, description: string): boolean {
    const isClosed = this.#closes(close);
    if (!isClosed) this.#take(COMMA, description);
    return !isClosed;
  }

  #here(message: string, place = this.#text.at): PolicyProblem {
    return { line: this.#text.lineAt(place), pointer: this.#trail.toString(), message };
  }

  #fail(message: string, place = this.#text.at): never {
    this.problems.fail(this.#here(message, place));
  }
}

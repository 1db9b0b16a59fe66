import { DIGEST_BYTES, type HashAlgorithm, isHashAlgorithm } from './algorithms.js';
import { TpmFormatError } from './errors.js';
import { MAX_PCR, type PcrBanks } from './pcrs.js';

const MAX_CHARACTERS = 64 * 1024;
const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const NOT_PLAIN = 'not an object of objects of plain strings';

const NO_DIGIT = 0xff;
const DIGITS = Uint8Array.from({ length: 128 }, (_, code) => {
  const digit = '0123456789abcdef'.indexOf(String.fromCharCode(code).toLowerCase());
  return digit < 0 ? NO_DIGIT : digit;
});

/**
 * Reads PCR values in the submitted form: `{"sha256": {"0": "<hex>", …}, …}`. Has its own grammar, because `JSON.parse`
 * silently keeps the last of two equal names.
 *
 * @throws TpmFormatError, with a JSON pointer, for text over 64 KiB, an unknown bank, a PCR above 23, a value of the
 *   wrong length, a duplicate name, or anything else but such an object.
 */
export function parsePcrJson(text: string): PcrBanks {
  if (text.length > MAX_CHARACTERS)
    throw new TpmFormatError('PCR values', MAX_CHARACTERS, `longer than ${MAX_CHARACTERS} characters`);
  const scanner = new Scanner(text);
  const banks: PcrBanks = new Map();
  for (let isMember = scanner.opens(); isMember; isMember = scanner.goesOn()) {
    const bank = scanner.name();
    if (!isHashAlgorithm(bank)) return scanner.fail('not a bank: sha1, sha256, sha384 or sha512');
    if (banks.has(bank)) return scanner.fail('the bank occurs twice');
    banks.set(bank, parseBank(scanner, bank));
  }
  scanner.end();
  return banks;
}

/** The inverse of `parsePcrJson`; banks and PCRs keep their order, and hex digits are lower-case. */
export function encodePcrJson(banks: PcrBanks): string {
  const toObject = (bank: Map<number, Uint8Array>) =>
    Object.fromEntries([...bank].map(([pcr, value]) => [pcr, Buffer.from(value).toString('hex')]));
  return JSON.stringify(Object.fromEntries([...banks].map(([hash, bank]) => [hash, toObject(bank)])));
}

function parseBank(scanner: Scanner, hash: HashAlgorithm): Map<number, Uint8Array> {
  const bank = new Map<number, Uint8Array>();
  const size = DIGEST_BYTES[hash];
  for (let isMember = scanner.opens(); isMember; isMember = scanner.goesOn()) {
    const pcr = scanner.numberName();
    if (pcr < 0 || pcr > MAX_PCR) return scanner.fail(`not a PCR from 0 to ${MAX_PCR}`);
    if (bank.has(pcr)) return scanner.fail('the PCR occurs twice');
    const value = scanner.hex(size);
    if (value === null) return scanner.fail(`a value of ${hash} has ${size * 2} hexadecimal digits`);
    bank.set(pcr, value);
  }
  return bank;
}

/**
 * Reads what PCR values need of JSON: objects, and strings without escapes. Each piece of evidence passes here, so it
 * creates no string for a token and no pointer before a failure.
 */
class Scanner {
  readonly #text: string;
  #at = 0;
  /** The last token is `text[#start..#at)`. */
  #start = 0;
  /** The names around the token, as start and end of each in the text. */
  readonly #path: number[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  /** Begins an object. Returns whether it has a member, whose name comes next. */
  opens(): boolean {
    this.#expect(OPEN, '{');
    this.#skipSpaces();
    if (this.#text.charCodeAt(this.#at) !== CLOSE) return true;
    this.#at += 1;
    return false;
  }

  /** After a member's value: whether another member follows in its object. */
  goesOn(): boolean {
    this.#path.pop();
    this.#path.pop();
    const token = this.#next();
    if (token !== COMMA && token !== CLOSE) this.fail('expected a comma or the end of the object');
    return token === COMMA;
  }

  /** Begins a member. */
  name(): string {
    this.#beginMember();
    return this.#text.slice(this.#path.at(-2), this.#path.at(-1));
  }

  /** The same for a name that is a number of one or two digits, without a leading zero; -1 for any other. */
  numberName(): number {
    this.#beginMember();
    const [start, end] = [this.#path.at(-2) as number, this.#path.at(-1) as number];
    const first = digitAt(this.#text, start);
    if (first > 9) return -1;
    if (end - start === 1) return first;
    const second = digitAt(this.#text, start + 1);
    return end - start === 2 && first > 0 && second <= 9 ? first * 10 + second : -1;
  }

  /** A string of so many bytes in hex; null when it is another string. */
  hex(size: number): Uint8Array | null {
    this.#skipSpaces();
    const bytes = new Uint8Array(size);
    const end = this.#at + 1 + size * 2;
    const isHex = this.#text.charCodeAt(this.#at) === QUOTE && this.#text.charCodeAt(end) === QUOTE;
    if (isHex && decodeHex(this.#text, this.#at + 1, bytes)) {
      this.#start = this.#at;
      this.#at = end + 1;
      return bytes;
    }
    this.#string();
    return null;
  }

  end(): void {
    this.#skipSpaces();
    this.#start = this.#at;
    if (this.#at < this.#text.length) this.fail('text after the end of the object');
  }

  fail(problem: string): never {
    const pointer = this.#pointer();
    // An overlong name must not make the message overlong.
    const shown = pointer.length > 100 ? `${pointer.slice(0, 100)}…` : pointer;
    throw new TpmFormatError(`PCR values ${shown || '(root)'}`, this.#start, problem, { pointer: shown });
  }

  #pointer(): string {
    let pointer = '';
    for (let at = 0; at < this.#path.length; at += 2) {
      const name = this.#text.slice(this.#path[at], this.#path[at + 1]);
      pointer += `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    }
    return pointer;
  }

  #beginMember(): void {
    this.#string();
    this.#path.push(this.#start + 1, this.#at - 1);
    this.#expect(COLON, ':');
  }

  #string(): void {
    if (this.#next() !== QUOTE) this.fail('expected a string');
  }

  #expect(token: number, text: string): void {
    if (this.#next() !== token) this.fail(`expected ${text}`);
  }

  /** Reads a token, and returns its first character. */
  #next(): number {
    this.#skipSpaces();
    const start = this.#at;
    this.#start = start;
    const first = this.#text.charCodeAt(start);
    if (first === QUOTE) this.#at = this.#endOfString(start + 1);
    else if (first === OPEN || first === CLOSE || first === COLON || first === COMMA) this.#at = start + 1;
    else this.fail(NOT_PLAIN);
    return first;
  }

  #endOfString(start: number): number {
    const text = this.#text;
    for (let at = start; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) return at + 1;
      if (code === BACKSLASH || isControl(code)) break;
    }
    return this.fail(NOT_PLAIN);
  }

  #skipSpaces(): void {
    const text = this.#text;
    while (isSpace(text.charCodeAt(this.#at))) this.#at += 1;
  }
}

const isSpace = (code: number) => code === SPACE || code === 0x0a || code === 0x0d || code === 0x09;

/** The control characters of Unicode (category Cc). */
const isControl = (code: number) => code < SPACE || (code >= 0x7f && code <= 0x9f);

/** The value of a hexadecimal digit of either case; a number above 15 for any other character, or none. */
function digitAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code < DIGITS.length ? (DIGITS[code] as number) : NO_DIGIT;
}

/** Whether the text from `start` on is hex for all these bytes. */
function decodeHex(text: string, start: number, bytes: Uint8Array): boolean {
  let from = start;
  for (let to = 0; to < bytes.length; to += 1) {
    const [high, low] = [digitAt(text, from), digitAt(text, from + 1)];
    if ((high | low) > 0xf) return false;
    bytes[to] = (high << 4) | low;
    from += 2;
  }
  return true;
}

import { DIGEST_BYTES, type HashAlgorithm, isHashAlgorithm } from './algorithms.js';
import { TpmFormatError } from './errors.js';
import { MAX_PCR, type PcrBanks } from './pcrs.js';

const MAX_CHARACTERS = 64 * 1024;
const SPACES = '\t\n\r ';
const PUNCTUATION = '{}:,';
const NOT_PLAIN = /[\\\p{Cc}]/u;

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
  scanner.object('', (bank, pointer) => {
    if (!isHashAlgorithm(bank)) return scanner.fail(pointer, 'not a bank: sha1, sha256, sha384 or sha512');
    if (banks.has(bank)) return scanner.fail(pointer, 'the bank occurs twice');
    banks.set(bank, parseBank(scanner, bank, pointer));
  });
  scanner.end();
  return banks;
}

/** The inverse of `parsePcrJson`; banks and PCRs keep their order, and hex digits are lower-case. */
export function encodePcrJson(banks: PcrBanks): string {
  const toObject = (bank: Map<number, Uint8Array>) =>
    Object.fromEntries([...bank].map(([pcr, value]) => [pcr, Buffer.from(value).toString('hex')]));
  return JSON.stringify(Object.fromEntries([...banks].map(([hash, bank]) => [hash, toObject(bank)])));
}

function parseBank(scanner: Scanner, hash: HashAlgorithm, bankPointer: string): Map<number, Uint8Array> {
  const bank = new Map<number, Uint8Array>();
  const digits = DIGEST_BYTES[hash] * 2;
  scanner.object(bankPointer, (name, pointer) => {
    if (!/^(0|[1-9]\d?)$/.test(name) || Number(name) > MAX_PCR)
      return scanner.fail(pointer, `not a PCR from 0 to ${MAX_PCR}`);
    if (bank.has(Number(name))) return scanner.fail(pointer, 'the PCR occurs twice');
    const value = scanner.string(pointer);
    // Decoding stops early at a character that is not a hex digit.
    const bytes = Buffer.from(value, 'hex');
    if (value.length !== digits || bytes.length !== digits / 2) {
      return scanner.fail(pointer, `a value of ${hash} has ${digits} hexadecimal digits`);
    }
    bank.set(Number(name), bytes);
  });
  return bank;
}

/** Reads the two JSON types that PCR values need: objects, and strings without escapes. */
class Scanner {
  readonly #text: string;
  #offset = 0;
  #tokenStart = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Reads an object; calls `member` with each name, before its value is read. */
  object(pointer: string, member: (name: string, pointer: string) => void): void {
    this.#expect('{', pointer);
    let token = this.#next(pointer);
    if (token === '}') return;
    for (;;) {
      const name = this.#unquote(token, pointer);
      const memberPointer = `${pointer}/${/[~/]/.test(name) ? name.replaceAll('~', '~0').replaceAll('/', '~1') : name}`;
      this.#expect(':', memberPointer);
      member(name, memberPointer);
      const separator = this.#next(pointer);
      if (separator === '}') return;
      if (separator !== ',') this.fail(pointer, 'expected a comma or the end of the object');
      token = this.#next(pointer);
    }
  }

  string(pointer: string): string {
    return this.#unquote(this.#next(pointer), pointer);
  }

  end(): void {
    this.#skipSpaces();
    if (this.#tokenStart < this.#text.length) this.fail('', 'text after the end of the object');
  }

  fail(pointer: string, problem: string): never {
    // An overlong name must not make the message overlong.
    const shown = pointer.length > 100 ? `${pointer.slice(0, 100)}…` : pointer;
    throw new TpmFormatError(`PCR values ${shown || '(root)'}`, this.#tokenStart, problem, { pointer: shown });
  }

  #unquote(token: string, pointer: string): string {
    return token.startsWith('"') ? token.slice(1, -1) : this.fail(pointer, 'expected a string');
  }

  #expect(token: string, pointer: string): void {
    if (this.#next(pointer) !== token) this.fail(pointer, `expected ${token}`);
  }

  #next(pointer: string): string {
    this.#skipSpaces();
    const start = this.#tokenStart;
    const first = this.#text.charAt(start);
    const end = first === '"' ? this.#text.indexOf('"', start + 1) + 1 : start + 1;
    const token = this.#text.slice(start, end);
    const isToken = first === '"' ? end > start && !NOT_PLAIN.test(token) : first !== '' && PUNCTUATION.includes(first);
    if (!isToken) return this.fail(pointer, 'not an object of objects of plain strings');
    this.#offset = end;
    return token;
  }

  #skipSpaces(): void {
    const text = this.#text;
    let at = this.#offset;
    while (at < text.length && SPACES.includes(text.charAt(at))) at += 1;
    this.#tokenStart = at;
  }
}

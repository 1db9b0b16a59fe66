import type { PatternReader } from './pattern-reader.js';

/** Python's flags that change the meaning of a part of a pattern. */
export interface Flags {
  /** Letters match in either case. */
  readonly i: boolean;
  /** `^` and `$` match at each line. */
  readonly m: boolean;
  /** `.` matches a newline. */
  readonly s: boolean;
  /** `\w`, `\d`, `\s` and `\b` match ASCII only. */
  readonly a: boolean;
}

const MAX_CODE = 0x10ffff;
const MAX_ASCII = 0x7f;
const MAX_OCTAL = 0o377;

const ESCAPED: Readonly<Record<string, number>> = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11 };
const HEX_DIGITS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/** Other characters that Python folds to an ASCII letter: ı and İ, the Kelvin sign, the long s. */
const FOLDED = [
  ['i', '\\x{130}\\x{131}'],
  ['k', '\\x{212a}'],
  ['s', '\\x{17f}'],
] as const;

/** The letters of one case, and the distance to the other case. */
const CASES = [
  [0x41, 0x5a, 0x20],
  [0x61, 0x7a, -0x20],
] as const;

const SETS: Readonly<Record<string, { readonly ascii: string; readonly unicode: string }>> = {
  d: { ascii: '0-9', unicode: '\\p{Nd}' },
  s: {
    ascii: '\\x{9}-\\x{d}\\x{20}',
    unicode:
      '\\x{9}-\\x{d}\\x{1c}-\\x{20}\\x{85}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}',
  },
  w: { ascii: '0-9A-Z_a-z', unicode: '\\p{L}\\p{N}_' },
};

/** What to write instead. */
const HINTS: Readonly<Record<string, string>> = {
  N: 'is not understood; write the character itself',
  z: 'is no escape of Python’s; write \\Z for the end',
};

/** A character in RE2's syntax, inside or outside a class. */
function written(code: number, reader: PatternReader): string {
  if (code >= 0xd800 && code <= 0xdfff) reader.refuse('a surrogate is no character of a name', reader.at - 1);
  const character = String.fromCodePoint(code);
  return /[0-9A-Za-z/_]/.test(character) ? character : `\\x{${code.toString(16)}}`;
}

function range(low: number, high: number, reader: PatternReader): string {
  return written(low, reader) + (low === high ? '' : `-${written(high, reader)}`);
}

/** Members of a class: a range and, with the flag i, its letters in the other case. */
function rangeOf(low: number, high: number, flags: Flags, reader: PatternReader): string {
  const itself = range(low, high, reader);
  if (!flags.i) return itself;
  if (high > MAX_ASCII) reader.refuse('(?i) is understood for ASCII only', reader.at - 1);
  let text = itself;
  for (const [first, last, distance] of CASES) {
    const [from, to] = [Math.max(low, first), Math.min(high, last)];
    if (from <= to) text += range(from + distance, to + distance, reader);
  }
  const has = (letter: string) => low <= letter.charCodeAt(0) && letter.charCodeAt(0) <= high;
  for (const [letter, others] of flags.a ? [] : FOLDED) if (has(letter) || has(letter.toUpperCase())) text += others;
  return text;
}

export function literal(code: number, flags: Flags, reader: PatternReader): string {
  return flags.i ? `[${rangeOf(code, code, flags, reader)}]` : written(code, reader);
}

/** `\d`, `\s`, `\w` and their opposites; null for any other letter. */
function setOf(letter: string, { a }: Flags): { readonly text: string; readonly isNegated: boolean } | null {
  const lower = letter.toLowerCase();
  const set = SETS[lower];
  return set === undefined ? null : { text: a ? set.ascii : set.unicode, isNegated: letter !== lower };
}

/** A set outside a class; null when the letter after the backslash names none. */
export function setAlone(letter: string, flags: Flags): string | null {
  const set = setOf(letter, flags);
  return set && `[${set.isNegated ? '^' : ''}${set.text}]`;
}

/** Reads the character of an escape, after the backslash. */
export function readEscaped(reader: PatternReader, isInClass = false): number {
  const at = reader.at - 1;
  const letter = reader.take();
  const digits = HEX_DIGITS[letter];
  if (digits !== undefined) return readHex(reader, letter, digits, at);
  if (/[0-9]/.test(letter)) return readOctal(reader, letter, isInClass, at);
  if (!/[A-Za-z]/.test(letter)) return letter.codePointAt(0) as number;
  return ESCAPED[letter] ?? reader.refuse(`\\${letter} ${HINTS[letter] ?? 'is no escape of Python’s here'}`, at);
}

function readHex(reader: PatternReader, letter: string, digits: number, at: number): number {
  const text = reader.takeWhile(/[0-9A-Fa-f]/, digits);
  if (text.length < digits) reader.refuse(`\\${letter} takes ${digits} hex digits`, at);
  const code = Number.parseInt(text, 16);
  return code <= MAX_CODE ? code : reader.refuse('no character has this number', at);
}

/** In Python a number is octal when it begins with 0, has three octal digits, or is in a class. */
function readOctal(reader: PatternReader, first: string, isInClass: boolean, at: number): number {
  const isOctal = /[0-7]/.test(first);
  const text = first + (isOctal ? reader.takeWhile(/[0-7]/, 2) : '');
  if (!isOctal || !(isInClass || first === '0' || text.length === 3)) {
    reader.refuse(`the backreference \\${text} cannot be matched in linear time`, at);
  }
  const code = Number.parseInt(text, 8);
  return code <= MAX_OCTAL ? code : reader.refuse('an octal escape ends at \\377', at);
}

/** The members of a set that is negated. */
interface Opposite {
  readonly opposite: string;
}

/**
 * Reads a class after its opening bracket. Python has no classes inside: `[[:alpha:]]` is a list of characters there.
 */
export function readClass(reader: PatternReader, flags: Flags): string {
  const at = reader.at - 1;
  const isNegated = reader.takes('^');
  // Sets drop duplicates, since RE2 takes long to join large sets.
  const members = new Set<string>();
  const opposites = new Set<string>();
  for (let isFirst = true; isFirst || !reader.takes(']'); isFirst = false) {
    const member = readMember(reader, flags);
    if (typeof member === 'string') members.add(member);
    else opposites.add(`[^${member.opposite}]`);
  }
  const own = [...members].join('');
  if (opposites.size === 0) return `[${isNegated ? '^' : ''}${own}]`;
  if (isNegated) reader.refuse('\\D, \\S and \\W are not understood within [^…]', at);
  return `(?:${[...(own === '' ? [] : [`[${own}]`]), ...opposites].join('|')})`;
}

/** Reads a character, a range or a set; or a negated set, which cannot be a member of an RE2 class. */
function readMember(reader: PatternReader, flags: Flags): string | Opposite {
  const at = reader.at;
  const low = readClassAtom(reader, flags);
  // A hyphen at the end is a literal hyphen.
  if (reader.next !== '-' || reader.comes('-]')) {
    return typeof low === 'number' ? rangeOf(low, low, flags, reader) : low;
  }
  reader.take();
  const high = readClassAtom(reader, flags);
  if (typeof low !== 'number' || typeof high !== 'number') return reader.refuse('a set cannot end a range', at);
  if (high < low) reader.refuse('the range ends before it begins', at);
  return rangeOf(low, high, flags, reader);
}

function readClassAtom(reader: PatternReader, flags: Flags): number | string | Opposite {
  const character = reader.take();
  if (character !== '\\') return character.codePointAt(0) as number;
  const set = reader.next === undefined ? null : setOf(reader.next, flags);
  if (set === null) return readEscaped(reader, true);
  reader.take();
  return set.isNegated ? { opposite: set.text } : set.text;
}

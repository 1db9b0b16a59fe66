import { PatternReader } from './pattern-reader.js';
import { type Flags, literal, readClass, readEscaped, setAlone } from './python-characters.js';

/** RE2's time is proportional to path × program, so the program needs a limit. */
export const MAX_PROGRAM = 10_000;
const MAX_REPEATS = 1000;
/** RE2 takes as long to compile a set of letters of all alphabets as so many other instructions. */
const UNICODE_SET_SIZE = 20;

const NO_FLAGS: Flags = { i: false, m: false, s: false, a: false };
const ANCHORS: ReadonlyMap<string, string> = new Map([
  ['A', '\\A'],
  ['Z', '\\z'],
  ['b', '\\b'],
  ['B', '\\B'],
]);
const BEFORE_LAST_NEWLINE = '(?:\\x{a}?\\z)';

/** Groups that no linear matcher supports, and their usual names. */
const REFUSED_GROUPS: readonly (readonly [start: string, name: string])[] = [
  ['?=', 'look-ahead'],
  ['?!', 'look-ahead'],
  ['?<=', 'look-behind'],
  ['?<!', 'look-behind'],
  ['?P=', 'a backreference'],
  ['?(', 'a conditional'],
  ['?>', 'an atomic group'],
];

/** What comes before a quantifier. */
type Previous = 'nothing' | 'item' | 'anchor' | 'quantifier';

interface OpenGroup {
  readonly at: number;
  /** The flags outside the group. */
  readonly flags: Flags;
  readonly size: number;
}

/** A pattern in RE2's syntax. */
export interface Translated {
  readonly text: string;
  /** The approximate number of its instructions. */
  readonly size: number;
}

/**
 * Translates a pattern of Python's `re` (3.11, for `str`) to RE2's syntax, so that it matches at the start of the same
 * names. Keeps only whether it matches: groups lose their names, and quantifiers their laziness. Refuses what Python
 * refuses, what has no linear-time match, and what RE2 cannot express.
 * @throws PatternError with the part that is refused.
 */
export function translatePattern(pattern: string): Translated {
  return new Translator(pattern).translate();
}

class Translator {
  readonly #reader: PatternReader;
  readonly #open: OpenGroup[] = [];
  readonly #names = new Set<string>();
  #out = '';
  #flags = NO_FLAGS;
  /** Flags of the whole pattern. */
  #globals = '';
  #previous: Previous = 'nothing';
  /** The approximate number of instructions of the innermost open group, and of its last item. */
  #size = 0;
  #lastSize = 0;

  constructor(pattern: string) {
    this.#reader = new PatternReader(pattern);
  }

  translate(): Translated {
    while (this.#reader.next !== undefined) this.#step(this.#reader.take());
    const left = this.#open.pop();
    if (left !== undefined) this.#reader.refuse('a ( is not closed', left.at);
    return { text: this.#out, size: this.#size };
  }

  #step(character: string): void {
    const { m, s } = this.#flags;
    if (character === '\\') this.#escape();
    else if (character === '[') this.#item(readClass(this.#reader, this.#flags));
    else if (character === '.') this.#item(s ? '(?s:.)' : '.');
    else if (character === '^') this.#anchor(m ? '(?m:^)' : '\\A');
    else if (character === '$') this.#anchor(m ? '(?m:$)' : BEFORE_LAST_NEWLINE);
    else if (character === '|') this.#alternative();
    else if (character === '(') this.#group(this.#reader.at - 1);
    else if (character === ')') this.#close();
    else if (!this.#quantifies(character)) this.#character(character.codePointAt(0) as number);
  }

  #item(text: string): void {
    this.#out += text;
    this.#previous = 'item';
    this.#grow(text.includes('\\p{') ? UNICODE_SET_SIZE : 1);
  }

  #anchor(text: string): void {
    this.#item(text);
    this.#previous = 'anchor';
  }

  #character(code: number): void {
    this.#item(literal(code, this.#flags, this.#reader));
  }

  #alternative(): void {
    this.#out += '|';
    this.#previous = 'nothing';
  }

  /** Limits the program before it is compiled. */
  #grow(size: number): void {
    this.#lastSize = size;
    this.#size += size;
    if (this.#size > MAX_PROGRAM) this.#reader.refuse('it is too complex to be matched quickly', this.#reader.at - 1);
  }

  #escape(): void {
    const reader = this.#reader;
    const letter = reader.next ?? '';
    const anchor = ANCHORS.get(letter);
    const set = setAlone(letter, this.#flags);
    if (anchor === undefined && set === null) {
      this.#character(readEscaped(reader));
    } else {
      reader.take();
      if (set !== null) this.#item(set);
      else this.#namedAnchor(letter, anchor ?? '');
    }
  }

  #namedAnchor(letter: string, anchor: string): void {
    if (letter.toLowerCase() === 'b' && !this.#flags.a) {
      const reason = `\\${letter} is about letters of every alphabet in Python, and here about ASCII: write (?a:\\${letter})`;
      this.#reader.refuse(reason, this.#reader.at - 2);
    }
    this.#anchor(anchor);
  }

  /** Reads a quantifier that begins with this character; returns false when there is none. */
  #quantifies(character: string): boolean {
    const at = this.#reader.at - 1;
    const range = this.#range(character);
    if (range === null) return false;
    if (this.#previous === 'quantifier') this.#reader.refuse('a quantifier follows another', at);
    if (this.#previous !== 'item') this.#reader.refuse('there is nothing to repeat', at);
    const [min, max] = range;
    if (Math.max(min, max ?? 0) > MAX_REPEATS) this.#reader.refuse(`at most ${MAX_REPEATS} repetitions`, at);
    if (max !== null && max < min) this.#reader.refuse('a repetition ends before it begins', at);
    if (this.#reader.takes('+')) this.#reader.refuse('a possessive quantifier cannot be matched in linear time', at);
    // Laziness changes what matches, never whether.
    this.#reader.takes('?');
    this.#out += `{${min},${max ?? ''}}`;
    this.#grow(this.#lastSize * (Math.max(min, max ?? 1, 1) - 1));
    this.#previous = 'quantifier';
    return true;
  }

  /** The minimum and maximum count; null for no limit. A brace that is not a quantifier is a literal in Python. */
  #range(character: string): readonly [number, number | null] | null {
    if (character === '*') return [0, null];
    if (character === '+') return [1, null];
    if (character === '?') return [0, 1];
    if (character !== '{' || this.#reader.next === '}') return null;
    const { at } = this.#reader;
    const min = this.#reader.takeWhile(/[0-9]/);
    const max = this.#reader.takes(',') ? this.#reader.takeWhile(/[0-9]/) : min;
    if (this.#reader.takes('}')) return [Number(min), max === '' ? null : Number(max)];
    this.#reader.at = at;
    return null;
  }

  #close(): void {
    const group = this.#open.pop() ?? this.#reader.refuse('a ) closes nothing', this.#reader.at - 1);
    const inner = this.#size;
    this.#size = group.size;
    this.#flags = group.flags;
    this.#item(')');
    this.#grow(inner);
    this.#lastSize = inner + 1;
  }

  #group(at: number): void {
    const reader = this.#reader;
    const refused = REFUSED_GROUPS.find(([start]) => reader.comes(start));
    if (refused !== undefined) reader.refuse(`${refused[1]}, (${refused[0]}…), cannot be matched in linear time`, at);
    if (reader.takes('?#')) {
      reader.takeWhile(/[^)]/);
      reader.take();
    } else if (reader.takes('?P<')) this.#enter(at, this.#named(at));
    else if (reader.takes('?')) this.#flagged(at);
    else this.#enter(at, this.#flags);
  }

  #enter(at: number, inside: Flags): void {
    this.#open.push({ at, flags: this.#flags, size: this.#size });
    this.#out += '(?:';
    this.#flags = inside;
    this.#size = 0;
    this.#previous = 'nothing';
  }

  #named(at: number): Flags {
    const name = this.#reader.takeWhile(/[^>]/);
    this.#reader.take();
    if (!/^[A-Za-z_][0-9A-Za-z_]*$/.test(name)) this.#reader.refuse('a group has an unusual name', at);
    if (this.#names.has(name)) this.#reader.refuse(`two groups are named ${name}`, at);
    this.#names.add(name);
    return this.#flags;
  }

  /** `(?flags)` at the start, or `(?flags-flags:…)`. */
  #flagged(at: number): void {
    const reader = this.#reader;
    const on = reader.takeWhile(/[A-Za-z]/);
    const off = reader.takes('-') ? reader.takeWhile(/[A-Za-z]/) : null;
    const hasKnown = /^[aimsux]*$/.test(on) && (off === null || /^[imsx]+$/.test(off));
    const isGlobal = hasKnown && on !== '' && off === null && reader.takes(')');
    if (!hasKnown || !(isGlobal || reader.takes(':'))) {
      reader.refuse('Python has no such group; a name is written (?P<name>…)', at);
    }
    if (on.includes('x')) reader.refuse('the flag x, for patterns over several lines, is not understood', at);
    const isContradicted = [...on].some((flag) => off?.includes(flag) === true) || /a.*u|u.*a/.test(on);
    if (isContradicted) reader.refuse('the flags contradict each other', at);
    const flags = changed(this.#flags, on, off ?? '');
    if (isGlobal) this.#setForWhole(at, on, flags);
    else this.#enter(at, flags);
  }

  #setForWhole(at: number, on: string, flags: Flags): void {
    if (this.#out !== '') this.#reader.refuse('flags for the whole stand at its start only; write (?flags:…)', at);
    this.#globals += on;
    if (/a.*u|u.*a/.test(this.#globals)) this.#reader.refuse('the flags contradict each other', at);
    this.#flags = flags;
  }
}

function changed(flags: Flags, on: string, off: string): Flags {
  const has = (flag: 'i' | 'm' | 's') => (flags[flag] || on.includes(flag)) && !off.includes(flag);
  return { i: has('i'), m: has('m'), s: has('s'), a: (flags.a && !on.includes('u')) || on.includes('a') };
}

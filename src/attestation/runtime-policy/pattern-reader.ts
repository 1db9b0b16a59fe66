/** Names the part of a pattern that cannot be used, and its character, counted from 1. */
export class PatternError extends Error {
  constructor(reason: string, at: number) {
    super(`the regular expression cannot be used: ${reason}, at character ${at + 1}`);
    this.name = 'PatternError';
  }
}

/** Reads a pattern by code points. */
export class PatternReader {
  /** Index of the next character, from 0. */
  at = 0;
  readonly #characters: readonly string[];

  constructor(pattern: string) {
    this.#characters = [...pattern];
  }

  /** The next character; undefined at the end. */
  get next(): string | undefined {
    return this.#characters[this.at];
  }

  take(): string {
    const character = this.next ?? this.refuse('it ends too early');
    this.at += 1;
    return character;
  }

  /** Whether this ASCII text comes next. */
  comes(text: string): boolean {
    return this.#characters.slice(this.at, this.at + text.length).join('') === text;
  }

  /** Takes this ASCII text if it comes next. */
  takes(text: string): boolean {
    const comes = this.comes(text);
    if (comes) this.at += text.length;
    return comes;
  }

  /** Takes characters while `test` matches, at most `most`. */
  takeWhile(test: RegExp, most = Number.POSITIVE_INFINITY): string {
    let text = '';
    while (text.length < most && this.next !== undefined && test.test(this.next)) text += this.take();
    return text;
  }

  /** @throws PatternError */
  refuse(reason: string, at = this.at): never {
    throw new PatternError(reason, at);
  }
}

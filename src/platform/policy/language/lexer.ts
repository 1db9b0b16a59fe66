import type { Position } from './ast.js';
import { PolicySyntaxError } from './errors.js';

/** The longest check that is accepted; in OpenStack's own policy files the longest have a few hundred characters. */
export const CHECK_LENGTH_MAX = 8192;

export interface Token {
  readonly kind: 'open' | 'close' | 'and' | 'or' | 'not' | 'word';
  readonly text: string;
  readonly at: Position;
}

/** White space separates words; other invisible characters would make two checks look alike. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Z}]/u;

/**
 * Splits a check into tokens as oslo.policy does: words end at white space, and parentheses count only at the start and
 * end of a word, because `%(key)s` contains some.
 *
 * @throws PolicySyntaxError for a text that is too long, or that contains invisible characters.
 */
export function tokenize(text: string, origin: string): readonly Token[] {
  if (text.length > CHECK_LENGTH_MAX) {
    throw new PolicySyntaxError(
      origin,
      { line: 1, column: 1 },
      `the check is longer than ${CHECK_LENGTH_MAX} characters`,
    );
  }
  const tokens: Token[] = [];
  let line = 1;
  let lineStart = 0;
  for (const { 0: run, index } of text.matchAll(/\n|[^ \t\r\n]+/g)) {
    if (run === '\n') {
      line += 1;
      lineStart = index + 1;
      continue;
    }
    const at = { line, column: index - lineStart + 1 };
    const invisible = INVISIBLE.exec(run);
    if (invisible) throw new PolicySyntaxError(origin, shift(at, invisible.index), 'invisible or control character');
    pushRun(tokens, run, at);
  }
  return tokens;
}

/** The position some characters further on the same line. */
export function shift(at: Position, characters: number): Position {
  return { line: at.line, column: at.column + characters };
}

function pushRun(tokens: Token[], run: string, at: Position): void {
  let start = 0;
  let end = run.length;
  while (run[start] === '(') start += 1;
  while (end > start && run[end - 1] === ')') end -= 1;
  for (let i = 0; i < start; i += 1) tokens.push({ kind: 'open', text: '(', at: shift(at, i) });
  if (end > start) {
    const text = run.slice(start, end);
    tokens.push({ kind: wordKind(text), text, at: shift(at, start) });
  }
  for (let i = end; i < run.length; i += 1) tokens.push({ kind: 'close', text: ')', at: shift(at, i) });
}

function wordKind(text: string): Token['kind'] {
  const lowered = text.toLowerCase();
  return lowered === 'and' || lowered === 'or' || lowered === 'not' ? lowered : 'word';
}

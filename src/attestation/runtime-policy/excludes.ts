import { RE2JS } from 're2js';
import { MAX_PROBLEMS, type PolicyProblem, RuntimePolicyError } from './errors.js';

const MAX_EXCLUDES = 1000;
const MAX_EXCLUDE_CHARACTERS = 1024;
/** RE2 takes time in proportion to path × program, so the program is what has to be bounded. */
const MAX_PROGRAM = 10_000;

/** Answers whether a path is excluded. */
export type ExcludeTest = (path: string) => boolean;

/**
 * Checks one exclude (RE2 syntax). Returns the size of its program, or what is wrong with it.
 * Backreferences and look-around, which Python's `re` has, cannot be matched in linear time and are refused.
 */
function programSize(pattern: string): number | string {
  if (pattern === '') return 'an empty pattern would exclude every path';
  if (pattern.length > MAX_EXCLUDE_CHARACTERS) return `a pattern has at most ${MAX_EXCLUDE_CHARACTERS} characters`;
  try {
    return RE2JS.compile(pattern).programSize();
  } catch (error) {
    return `the regular expression is not valid: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Takes patterns one by one, so that each refusal is reported where its pattern stands. */
export class ExcludeList {
  readonly patterns: string[] = [];
  #size = 0;

  /** Adds a pattern, or returns the sentence that says why it cannot be. */
  add(pattern: string): string | null {
    if (this.patterns.length >= MAX_EXCLUDES) return `there are more than ${MAX_EXCLUDES} excludes`;
    const size = programSize(pattern);
    if (typeof size === 'string') return size;
    this.#size += size;
    if (this.#size > MAX_PROGRAM) return 'the excludes together are too complex to be matched quickly';
    this.patterns.push(pattern);
    return null;
  }
}

/**
 * Compiles excludes into one test. A pattern applies from the start of the path and need not reach its end,
 * as Python's `re.match` has it, since that is what lists made for Keylime were written for.
 */
export function compileExcludes(patterns: readonly string[]): ExcludeTest {
  if (patterns.length === 0) return () => false;
  const joined = RE2JS.compile(patterns.map((pattern) => `(?:${pattern})`).join('|'));
  return (path) => joined.matcher(path).lookingAt();
}

/**
 * Reads a separate exclude list: one pattern per line; blank lines and lines that begin with `#` are skipped.
 * @throws RuntimePolicyError with the line of a pattern that is not valid.
 */
export function parseExcludeList(text: string): string[] {
  const list = new ExcludeList();
  const problems: PolicyProblem[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const pattern = raw.trim();
    if (pattern === '' || pattern.startsWith('#')) continue;
    const message = list.add(pattern);
    if (message !== null) problems.push({ line: index + 1, message });
    if (problems.length >= MAX_PROBLEMS) break;
  }
  if (problems.length > 0) throw new RuntimePolicyError(problems);
  return list.patterns;
}

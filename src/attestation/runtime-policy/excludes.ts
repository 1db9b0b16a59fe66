import { LRUCache } from 'lru-cache';
import { RE2JS, RE2JSException } from 're2js';
import { MAX_PROBLEMS, type PolicyProblem, RuntimePolicyError } from './errors.js';
import { PatternError } from './pattern-reader.js';
import { MAX_PROGRAM, translatePattern } from './python-pattern.js';

const MAX_EXCLUDES = 1000;
const MAX_EXCLUDE_CHARACTERS = 1024;

/** Compiled patterns are small, and few lists are in use at once. */
const TESTS_MAX = 64;

/** Returns whether a path is excluded. */
export type ExcludeTest = (path: string) => boolean;

/** Takes patterns one by one, so that each problem is reported at its pattern's place. */
export class ExcludeList {
  readonly patterns: string[] = [];
  #size = 0;

  /** Adds a pattern, or returns a sentence when it is not valid. */
  add(pattern: string): string | null {
    if (this.patterns.length >= MAX_EXCLUDES) return `there are more than ${MAX_EXCLUDES} excludes`;
    if (pattern === '') return 'an empty pattern would exclude every path';
    if (pattern.length > MAX_EXCLUDE_CHARACTERS) return `a pattern has at most ${MAX_EXCLUDE_CHARACTERS} characters`;
    try {
      const { text, size } = translatePattern(pattern);
      if (this.#size + size > MAX_PROGRAM) return 'the excludes together are too complex to be matched quickly';
      RE2JS.compile(text);
      this.#size += size;
    } catch (error) {
      if (error instanceof PatternError) return error.message;
      // Only RE2's own limits remain.
      if (error instanceof RE2JSException) return `the regular expression is too complex: ${error.message}`;
      throw error;
    }
    this.patterns.push(pattern);
    return null;
  }
}

/**
 * Compiles excludes into one test. They use Python's syntax, like Keylime's lists: as in `re.match`, a pattern applies
 * from the start of the path and need not reach its end.
 */
export function compileExcludes(patterns: readonly string[]): ExcludeTest {
  if (patterns.length === 0) return () => false;
  const joined = RE2JS.compile(patterns.map((pattern) => `(?:${translatePattern(pattern).text})`).join('|'));
  return (path) => joined.matcher(path).lookingAt();
}

const tests = new LRUCache<string, ExcludeTest>({ max: TESTS_MAX });

/** The test of a list's excludes, compiled once for all evidence judged by the list. */
export function excludeTestOf(contentDigest: string, patterns: readonly string[]): ExcludeTest {
  const test = tests.get(contentDigest) ?? compileExcludes(patterns);
  tests.set(contentDigest, test);
  return test;
}

/**
 * Reads a separate exclude list: one pattern per line; skips blank lines and lines that begin with `#`.
 * @throws RuntimePolicyError with the line of each pattern that is not valid.
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

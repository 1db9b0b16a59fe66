import { LRUCache } from 'lru-cache';
import { RE2JS } from 're2js';
import { MAX_PROBLEMS, type PolicyProblem, RuntimePolicyError } from './errors.js';

const MAX_EXCLUDES = 1000;
const MAX_EXCLUDE_CHARACTERS = 1024;
/** RE2 takes time in proportion to path × program, so the program is what has to be bounded. */
const MAX_PROGRAM = 10_000;

/** Programs are small, and few lists are in use at once. */
const TESTS_MAX = 64;

/** Answers whether a path is excluded. */
export type ExcludeTest = (path: string) => boolean;

interface Program {
  readonly size: number;
  readonly groupNames: readonly string[];
}

/**
 * Checks one exclude (RE2 syntax). Returns its program, or what is wrong with it. Backreferences and look-around, which
 * Python's `re` has, cannot be matched in linear time and are refused. It is compiled as it will stand among the others:
 * a quotation that nothing ends (`\Q`) would reach into its neighbour.
 */
function programOf(pattern: string): Program | string {
  if (pattern === '') return 'an empty pattern would exclude every path';
  if (pattern.length > MAX_EXCLUDE_CHARACTERS) return `a pattern has at most ${MAX_EXCLUDE_CHARACTERS} characters`;
  try {
    RE2JS.compile(pattern);
    const compiled = RE2JS.compile(`(?:${pattern})`);
    return { size: compiled.programSize(), groupNames: Object.keys(compiled.namedGroups()) };
  } catch (error) {
    return `the regular expression is not valid: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Takes patterns one by one, so that each refusal is reported where its pattern stands. */
export class ExcludeList {
  readonly patterns: string[] = [];
  readonly #groupNames = new Set<string>();
  #size = 0;

  /** Adds a pattern, or returns the sentence that says why it cannot be. */
  add(pattern: string): string | null {
    if (this.patterns.length >= MAX_EXCLUDES) return `there are more than ${MAX_EXCLUDES} excludes`;
    const program = programOf(pattern);
    if (typeof program === 'string') return program;
    const taken = program.groupNames.find((name) => this.#groupNames.has(name));
    if (taken !== undefined) return `another pattern has a group named ${taken} too`;
    this.#size += program.size;
    if (this.#size > MAX_PROGRAM) return 'the excludes together are too complex to be matched quickly';
    for (const name of program.groupNames) this.#groupNames.add(name);
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

const tests = new LRUCache<string, ExcludeTest>({ max: TESTS_MAX });

/** The test of a list's excludes, compiled once for all evidence that the list judges. */
export function excludeTestOf(contentDigest: string, patterns: readonly string[]): ExcludeTest {
  const test = tests.get(contentDigest) ?? compileExcludes(patterns);
  tests.set(contentDigest, test);
  return test;
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

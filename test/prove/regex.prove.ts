import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileExcludes, ExcludeList } from '../../src/attestation/runtime-policy/excludes.js';

const PYTHON = '/usr/bin/python3';
const SCRIPT = fileURLToPath(new URL('python_regex.py', import.meta.url));
const ROWS = new URL('../fixtures/python-regex.json', import.meta.url);
const CASES = 40_000;
const share = Number(process.env.PROVE_SHARE ?? 1);
const seed = Number(process.env.PROVE_SEED ?? Date.now() % 2 ** 31);

interface Case {
  readonly pattern: string;
  readonly names: readonly string[];
}

type Answer = { readonly matches: readonly boolean[] } | { readonly error: string };

function askPython(cases: readonly Case[]): Answer[] {
  const input = cases.map(({ pattern, names }) => `${JSON.stringify({ pattern, names })}\n`).join('');
  const { stdout, stderr } = spawnSync(PYTHON, [SCRIPT], { input, encoding: 'utf8', maxBuffer: 2 ** 30 });
  const answers = stdout.trimEnd().split('\n');
  if (answers.length !== cases.length) throw new Error(`Python ended: ${stderr}`);
  return answers.map((line) => JSON.parse(line));
}

/** Why a pattern that Python accepts may be refused. */
const REASON =
  /linear time|within \[\^…\]|letters of every alphabet|the flag x|understood for ASCII only|too complex|at most 1000/;

/** `error` is what both refuse; of what both accept, whether some name matches. */
type Outcome = 'matched' | 'unmatched' | 'different' | 'refused' | 'unreasonable' | 'error';

function compare({ pattern, names }: Case, python: Answer): Outcome {
  const refusal = new ExcludeList().add(pattern);
  if ('error' in python) return refusal === null ? 'different' : 'error';
  if (refusal !== null) return pattern === '' || REASON.test(refusal) ? 'refused' : 'unreasonable';
  const test = compileExcludes([pattern]);
  const ours = names.map((name) => test(name));
  if (ours.some((value, at) => value !== python.matches[at])) return 'different';
  return ours.includes(true) ? 'matched' : 'unmatched';
}

const atom = fc.constantFrom(
  ...['/', 'a', 'b', 'k', 's', 'i', 'A', '1', 'é', '-', ',', ':', ' ', '.', '^', '$', ']', '}', '{', '#'],
  ...['\\.', '\\/', '\\d', '\\D', '\\w', '\\W', '\\s', '\\S', '\\A', '\\Z', '\\x61', '\\u00e9', '\\101', '\\0', '\\é'],
  ...['[a-k]', '[^a/]', '[]a]', '[^]a]', '[\\w.-]', '[\\W\\d]', '[a&&b]', '[[:alpha:]]', '[@-_]', '[\\x41-b]', '[+--]'],
  ...['(?a:\\b)', '(?a:\\w)', '(?#c)', '\\b', '\\z', '\\1', '\\Q', '(?=a)', '[^\\D]', '[', '(', ')', '\\'],
);
const quantifier = fc.constantFrom(
  '',
  '',
  '',
  '',
  '*',
  '+',
  '?',
  '*?',
  '{2}',
  '{,2}',
  '{1,}',
  '{,}',
  '{0}',
  '{a}',
  '{',
  '++',
);
const opening = fc.constantFrom('(', '(?:', '(?P<n>', '(?i:', '(?s:', '(?m:', '(?-i:', '(?ai:', '(?i-s:', '(?u:');
const { pattern: structured } = fc.letrec<{ pattern: string; part: string }>((tie) => ({
  part: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 6, arbitrary: fc.tuple(atom, quantifier).map(([text, times]) => text + times) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(opening, tie('pattern'), quantifier)
        .map(([start, inner, times]) => `${start}${inner})${times}`),
    },
    { weight: 1, arbitrary: fc.tuple(tie('pattern'), tie('pattern')).map((sides) => sides.join('|')) },
  ),
  pattern: fc.array(tie('part'), { maxLength: 4 }).map((parts) => parts.join('')),
}));
const flags = fc.constantFrom('', '', '', '(?i)', '(?s)', '(?a)', '(?i)(?m)', '(?x)');
const noise = fc.string({ unit: fc.constantFrom(...'/ab1^$.*+?{}[]()|\\-:,iP<>n#=!\n'), maxLength: 12 });
const pattern = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(flags, structured).map((parts) => parts.join('')) },
  { weight: 1, arbitrary: noise },
);
/** A name in a log has no newline. */
const name = fc.string({
  unit: fc.constantFrom(...'/ab1kKsSiIA.-_]&:\u00e9\u0660\u2003\u212a\u017f\u0130\u0131', '😀'),
  maxLength: 8,
});
const aCase = fc.record({ pattern, names: fc.array(name, { minLength: 8, maxLength: 8 }) });

describe.skipIf(!existsSync(PYTHON))('beside re of Python', () => {
  test('proved: what is recorded of Python is what it says here', () => {
    const rows: (Case & Answer)[] = JSON.parse(readFileSync(ROWS, 'utf8'));
    for (const [index, answer] of askPython(rows).entries()) expect(rows[index]).toMatchObject(answer);
  });

  test('proved: a pattern that is accepted matches the same names; others are refused by Python too, or for a reason', () => {
    const cases = fc.sample(aCase, { numRuns: Math.ceil(CASES * share), seed });
    process.stdout.write(`regular expressions: ${cases.length} patterns, PROVE_SEED=${seed}\n`);
    const counts: Record<Outcome, number> = {
      matched: 0,
      unmatched: 0,
      different: 0,
      refused: 0,
      unreasonable: 0,
      error: 0,
    };
    const wrong: unknown[] = [];
    for (const [index, python] of askPython(cases).entries()) {
      const given = cases[index] as Case;
      const outcome = compare(given, python);
      counts[outcome] += 1;
      if (outcome === 'different' || outcome === 'unreasonable') wrong.push({ ...given, python });
    }
    process.stdout.write(`${JSON.stringify(counts)}\n`);
    expect(wrong.slice(0, 5)).toEqual([]);
    for (const outcome of ['matched', 'unmatched', 'refused', 'error'] as const) {
      expect(counts[outcome], outcome).toBeGreaterThan(cases.length / 10);
    }
  });
});

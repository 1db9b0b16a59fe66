import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answer, type CaseAnswer } from '../../src/cli/policies/cases.js';
import { classOf } from './differences.js';
import { OsloReference } from './oslo-reference.js';
import { type CaseText, policyCase } from './policy-cases.js';

const CASES = 6000;
const share = Number(process.env.PROVE_SHARE ?? 1);
const seed = Number(process.env.PROVE_SEED ?? Date.now() % 2 ** 31);
const page = readFileSync(new URL('../../docs/policy-language.md', import.meta.url), 'utf8');

/** The classes that the documentation names: the first column of its table of stricter answers. */
const section = page.split('## Beside oslo.policy')[1]?.split('\n## ')[0] ?? '';
const documented = [...section.matchAll(/^\| ([a-z][^|]*?) +\|/gm)].map(([, name]) => name);

let reference: OsloReference;
beforeAll(() => {
  reference = new OsloReference();
});
afterAll(() => reference.close());

interface Outcome {
  readonly given: CaseText;
  readonly ours: CaseAnswer;
  readonly theirs: string;
}

async function decide(given: CaseText): Promise<Outcome> {
  const line = JSON.stringify(given);
  return { given, ours: answer(line), theirs: await reference.decide(line) };
}

function report(title: string, counts: ReadonlyMap<string, number>, of: number): void {
  process.stdout.write(`${title}\n`);
  for (const [name, count] of [...counts].sort((a, b) => b[1] - a[1]))
    process.stdout.write(`  ${String(count).padStart(5)}  ${((100 * count) / of).toFixed(1).padStart(4)} %  ${name}\n`);
}

function countBy<Item>(items: readonly Item[], nameOf: (item: Item) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(nameOf(item), (counts.get(nameOf(item)) ?? 0) + 1);
  return counts;
}

describe('beside oslo.policy', () => {
  test('proved: never allows what it refuses, and every stricter answer is of a documented class', async () => {
    const cases = fc.sample(policyCase, { numRuns: Math.ceil(CASES * share), seed });
    process.stdout.write(`oslo.policy: ${cases.length} cases, PROVE_SEED=${seed}\n`);
    const outcomes = await Promise.all(cases.map(decide));
    report(
      'oslo.policy and here',
      countBy(outcomes, ({ theirs, ours }) => `${theirs}, ${ours.decision}`),
      cases.length,
    );

    const looser = outcomes.filter(({ ours, theirs }) => ours.decision === 'allow' && theirs !== 'allow');
    expect(looser).toEqual([]);

    const stricter = outcomes.filter(({ ours, theirs }) => ours.decision !== 'allow' && theirs === 'allow');
    const classes = await Promise.all(
      stricter.map(async (outcome) => ({ outcome, name: await classOf(outcome.given, outcome.ours, reference) })),
    );
    report(
      'stricter here',
      countBy(classes, ({ name }) => name),
      cases.length,
    );
    expect(classes.filter(({ name }) => !documented.includes(name))).toEqual([]);

    const allowed = outcomes.filter(({ theirs }) => theirs === 'allow').length / cases.length;
    const alike = outcomes.filter(({ ours, theirs }) => ours.decision === theirs).length / cases.length;
    expect(allowed).toBeGreaterThan(0.25);
    expect(allowed).toBeLessThan(0.75);
    expect(alike).toBeGreaterThan(0.5);
  });
});

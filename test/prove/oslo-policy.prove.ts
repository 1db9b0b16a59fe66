import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answer, type CaseAnswer } from '../../src/cli/identity/policies/cases.js';
import { countBy, report } from './counts.js';
import { classOf, documentedClasses } from './differences.js';
import { OsloReference } from './oslo-reference.js';
import { type CaseText, policyCase } from './policy-cases.js';

const CASES = 6000;
const share = Number(process.env.PROVE_SHARE ?? 1);
const seed = Number(process.env.PROVE_SEED ?? Date.now() % 2 ** 31);

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
    expect(classes.filter(({ name }) => !documentedClasses().includes(name))).toEqual([]);

    const allowed = outcomes.filter(({ theirs }) => theirs === 'allow').length / cases.length;
    const alike = outcomes.filter(({ ours, theirs }) => ours.decision === theirs).length / cases.length;
    expect(allowed).toBeGreaterThan(0.25);
    expect(allowed).toBeLessThan(0.75);
    expect(alike).toBeGreaterThan(0.5);
  });
});

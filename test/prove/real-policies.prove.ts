import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answer, type CaseAnswer } from '../../src/cli/identity/policies/cases.js';
import { readServiceFile } from '../../src/cli/identity/policies/service-file.js';
import { countBy, report } from './counts.js';
import { classOf, documentedClasses } from './differences.js';
import { OsloProcess, OsloReference } from './oslo-reference.js';
import { PERSONAS, rowsFor } from './real-personas.js';

const FIXTURE = fileURLToPath(new URL('../fixtures/openstack-policies.jsonl', import.meta.url));
/** Other rules can be brought along, in the form of the fixture. */
const file = process.env.PROVE_POLICIES ?? FIXTURE;
const share = Number(process.env.PROVE_SHARE ?? 1);
const seed = Number(process.env.PROVE_SEED ?? 0);

interface Rule {
  readonly service: string;
  readonly name: string;
  readonly check_str: string;
  readonly scope_types: readonly string[] | null;
  readonly deprecated: { readonly name: string; readonly check_str: string } | null;
}

const rules = readFileSync(file, 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line): Rule => JSON.parse(line));
const services = [...new Set(rules.map(({ service }) => service))].map((service) => ({
  service,
  defaults: rules.filter((rule) => rule.service === service),
}));
const asked = PERSONAS.flatMap((persona) =>
  rowsFor(persona).map(([row, target]) => ({ persona: persona.name, row, creds: persona.creds, target })),
);
/** New defaults alone with scopes enforced; and the deprecated defaults beside them, without. */
const MODES = [true, false];
const SAID: Readonly<Record<string, string>> = { a: 'allow', d: 'deny', s: 'invalid_scope', e: 'error' };

interface Outcome {
  readonly where: string;
  readonly kind: 'same' | 'stricter' | 'refused' | 'unsafe';
  readonly given: Readonly<Record<string, unknown>>;
  readonly ours: CaseAnswer;
  readonly theirs: string;
}

function kindOf(ours: CaseAnswer['decision'], theirs: string): Outcome['kind'] {
  if (ours === 'refused') return 'refused';
  if ((ours === 'allow') === (theirs === 'allow')) return 'same';
  return ours === 'allow' ? 'unsafe' : 'stricter';
}

/** A rule that is called with its deprecated check beside it, as oslo.policy puts it there. */
function textOf({ check_str: text, deprecated }: Rule, isNew: boolean): string {
  const old = deprecated?.check_str;
  return isNew || old === undefined || old === text ? text : `(${text || '@'}) or (${old || '@'})`;
}

/** The case of a rule without who asks and about what. */
function caseOf(rule: Rule, defaults: readonly Rule[], isNew: boolean) {
  const texts = defaults.map((one) => [one.name, one === rule ? one.check_str : textOf(one, isNew)] as const);
  return {
    rules: Object.fromEntries(texts),
    rule: rule.name,
    scope_types: rule.scope_types,
    deprecated: rule.deprecated,
    enforce_new_defaults: isNew,
    enforce_scope: isNew,
  };
}

let peer: OsloProcess;
let reference: OsloReference;
let folder: string;
beforeAll(() => {
  peer = new OsloProcess('oslo_services.py');
  reference = new OsloReference();
  folder = mkdtempSync(join(tmpdir(), 'bailiwick-'));
});
afterAll(async () => {
  await Promise.all([peer.close(), reference.close()]);
  rmSync(folder, { recursive: true, force: true });
});

async function decideService({ defaults }: (typeof services)[number], isNew: boolean): Promise<readonly Outcome[]> {
  const question = { defaults, enforce_new_defaults: isNew, enforce_scope: isNew, cases: asked };
  const told: Record<string, string> = JSON.parse(await peer.ask(JSON.stringify(question)));
  const step = Math.max(1, Math.round(1 / share));
  return defaults
    .filter((_rule, index) => index % step === seed % step)
    .flatMap((rule) => {
      const base = caseOf(rule, defaults, isNew);
      return asked.map(({ persona, row, creds, target }, index) => {
        const given = { ...base, creds, target };
        const ours = answer(JSON.stringify(given));
        const theirs = SAID[told[rule.name]?.charAt(index) ?? ''] ?? 'nothing';
        const where = `${rule.service} ${rule.name}, ${isNew ? 'new' : 'old'} defaults, ${persona}, ${row}`;
        return { where, kind: kindOf(ours.decision, theirs), given, ours, theirs };
      });
    });
}

describe('the policies of real services, beside oslo.policy', () => {
  test('proved: nothing is allowed that it refuses, and few rules cannot be read', async () => {
    const outcomes: Outcome[] = [];
    for (const isNew of MODES) for (const service of services) outcomes.push(...(await decideService(service, isNew)));
    const of = outcomes.length;
    process.stdout.write(`${rules.length} rules of ${services.length} services: ${of} cases\n`);
    report(
      'oslo.policy and here',
      countBy(outcomes, ({ theirs, ours }) => `${theirs}, ${ours.decision}`),
      of,
    );
    report(
      'beside it',
      countBy(outcomes, ({ kind }) => kind),
      of,
    );
    const notSame = outcomes.filter(({ kind }) => kind === 'stricter' || kind === 'refused');
    const classes = await Promise.all(
      notSame.map(async ({ where, kind, given, ours }) => ({
        where,
        name: `${kind}: ${await classOf(given, ours, reference)}`,
      })),
    );
    report(
      'stricter and refused, by class',
      countBy(classes, ({ name }) => name),
      of,
    );
    const documented = documentedClasses().flatMap((name) => [`stricter: ${name}`, `refused: ${name}`]);

    expect(outcomes.filter(({ kind }) => kind === 'unsafe').map(({ where }) => where)).toEqual([]);
    expect(classes.filter(({ name }) => !documented.includes(name))).toEqual([]);
    expect(outcomes.filter(({ kind }) => kind === 'refused').length / of).toBeLessThan(0.02);
    expect(outcomes.filter(({ theirs }) => theirs === 'nothing')).toEqual([]);
    expect(outcomes.filter(({ ours }) => ours.decision === 'allow').length / of).toBeGreaterThan(0.1);
  });

  test.each(services)(
    'proved: the sample that oslo.policy writes for $service is read as it was meant',
    async ({ service, defaults }) => {
      const sample = join(folder, `${service}.yaml`);
      writeFileSync(sample, JSON.parse(await peer.ask(JSON.stringify({ defaults, sample: true }))));
      const read = await readServiceFile(sample);
      expect(read.problems).toEqual([]);
      expect(
        read.rules.map(({ name, check, deprecated }) => [name, check, deprecated?.name, deprecated?.check]),
      ).toEqual(defaults.map((rule) => [rule.name, rule.check_str, rule.deprecated?.name, rule.deprecated?.check_str]));
    },
  );
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { declaredPolicies } from '../../src/app.js';
import { implies } from '../../src/identity/index.js';
import { PERSONAS } from '../../src/identity/overrides/personas.js';
import {
  changedCells,
  changedPolicies,
  type FileEntry,
  type Policy,
  type PolicyName,
  type PolicyRegistry,
  proveAccess,
  type Subject,
  strictRegistry,
  type TargetValues,
  targetsOf,
} from '../../src/platform/policy/index.js';

const declared = declaredPolicies();
const guarded = declared.policies.filter(({ scopeTypes }) => scopeTypes !== 'public');
const FIELDS = ['user_id', 'domain_id', 'project_id', 'project_domain_id', 'agent_id'];
const ROLES = ['admin', 'manager', 'member', 'reader', 'service'];
const OF_CALLERS = ['@', '!', 'agent_kind:MACHINE', 'trust_state:TRUSTED', 'system_scope:all'];

function atom({ target }: Policy): fc.Arbitrary<string> {
  const keys = [...(target?.keys.keys() ?? [])];
  const texts = keys.filter((key) => target?.keys.get(key)?.type === 'text');
  const booleans = keys.filter((key) => target?.keys.get(key)?.type === 'boolean');
  const some = (from: readonly string[], text: (key: string) => string) =>
    from.length > 0 ? [fc.constantFrom(...from).map(text)] : [];
  return fc.oneof(
    fc.constantFrom(...ROLES).map((role) => `role:${role}`),
    fc.constantFrom(...OF_CALLERS),
    fc.constantFrom('rule:mine', 'rule:theirs'),
    ...FIELDS.flatMap((field) => some(texts, (key) => `${field}:%(${key})s`)),
    ...some(keys, (key) => `None:%(${key})s`),
    ...some(booleans, (key) => `True:%(${key})s`),
  );
}

function check(leaf: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.letrec<{ node: string }>((tie) => ({
    node: fc.oneof(
      { depthSize: 'small' },
      leaf,
      fc.tuple(tie('node'), tie('node')).map(([a, b]) => `(${a} and ${b})`),
      fc.tuple(tie('node'), tie('node')).map(([a, b]) => `(${a} or ${b})`),
      tie('node').map((a) => `not ${a}`),
    ),
  })).node;
}

const entry = fc
  .constantFrom(...guarded)
  .chain((policy) => check(atom(policy)).map((text): FileEntry => ({ name: policy.name, check: text })));
const ofCallers = fc.oneof(
  fc.constantFrom(...ROLES).map((role) => `role:${role}`),
  fc.constantFrom(...OF_CALLERS),
);
/** Rules that every policy can use, and of which one uses the other. */
const rules = fc
  .tuple(check(ofCallers), check(fc.oneof(ofCallers, fc.constant('rule:mine'))))
  .map(([mine, theirs]): readonly FileEntry[] => [
    { name: 'mine', check: mine },
    { name: 'theirs', check: theirs },
  ]);
const overrides = fc.uniqueArray(entry, { selector: ({ name }) => name, maxLength: 5 });
const set = fc
  .tuple(overrides, rules, fc.boolean())
  .map(([checks, named, enforceNewDefaults]) => ({ entries: [...checks, ...named], enforceNewDefaults }));
type Set = typeof set extends fc.Arbitrary<infer T> ? T : never;
const callOfRule = fc
  .tuple(fc.constantFrom(...guarded), check(fc.constantFrom('rule:mine', 'rule:theirs', 'role:reader')))
  .map(([{ name }, text]): FileEntry => ({ name, check: text }));
/** Two sets of which the second differs only in its rules. */
const otherRules = fc
  .tuple(fc.uniqueArray(callOfRule, { selector: ({ name }) => name, minLength: 3, maxLength: 5 }), rules, rules)
  .map(([checks, ...both]) => both.map((named): Set => ({ entries: [...checks, ...named], enforceNewDefaults: true })));

const WITH_A_DOMAIN = ['own', 'own domain', 'sibling', 'foreign', 'system'].map((row) => `${row}, domain_id another`);

/** Every decision of a registry, by the way that explanations take. */
function matrix(registry: PolicyRegistry, before: PolicyRegistry, after: PolicyRegistry): Map<string, boolean> {
  const cells = new Map<string, boolean>();
  for (const { name: policy } of registry.list()) {
    for (const { name: persona, subject } of PERSONAS) {
      for (const [target, values] of targetsOf(policy, before, after, subject))
        cells.set(`${policy} | ${persona} | ${target}`, isAllowed(registry, policy, subject, values));
    }
  }
  return cells;
}

function isAllowed(registry: PolicyRegistry, policy: PolicyName, subject: Subject, values: TargetValues | null) {
  if (values === null) return registry.decideOperation(policy, subject).outcome === 'ALLOWED';
  return registry.explain(policy, subject, values).decision.outcome === 'ALLOWED';
}

describe('previewPolicyChange', () => {
  test.each([
    ['whatever the overrides', fc.tuple(set, set)],
    ['also when only rules differ', otherRules],
  ])(
    'ok: it is the difference of the two full matrices, %s',
    (_name, pairs) => {
      let changes = 0;
      const property = fc.property(pairs, (pair) => {
        const [before, after] = pair.map((one) => strictRegistry(one, declared)) as [PolicyRegistry, PolicyRegistry];
        const previewed = changedPolicies(before, after).flatMap((policy) =>
          changedCells(policy, before, after, PERSONAS).map(
            ({ persona, target, isAllowed: { before: was, after: is } }) =>
              `${policy} | ${persona} | ${target}: ${was} ${is}`,
          ),
        );
        const full = [before, after].map((registry) => matrix(registry, before, after));
        const [was, is] = full as [Map<string, boolean>, Map<string, boolean>];
        const differing = [...was].filter(([cell, value]) => is.get(cell) !== value);
        expect(previewed.sort()).toEqual(differing.map(([cell, value]) => `${cell}: ${value} ${is.get(cell)}`).sort());
        changes += differing.length;
      });
      fc.assert(property, { numRuns: 15, seed: 4 });
      expect(changes).toBeGreaterThan(100);
    },
    120_000,
  );

  test('ok: where no new access is proved, nobody gains a row', () => {
    const seen = { none: 0, gains: 0 };
    const property = fc.property(set, set, (old, young) => {
      const [before, after] = [strictRegistry(old, declared), strictRegistry(young, declared)];
      for (const policy of changedPolicies(before, after)) {
        const proofs = proveAccess(policy, before, after, implies, { steps: 100_000 });
        const proved = new Set(proofs.filter(({ result }) => result === 'none').map(({ scope }) => scope));
        const gained = changedCells(policy, before, after, PERSONAS).filter(
          ({ target, isAllowed: { after: is } }) => is && target !== 'any row',
        );
        const isForAll = proved.has('authenticated');
        const wrong = gained.filter(({ scope }) => isForAll || proved.has(scope as never));
        expect(wrong).toEqual([]);
        seen.none += proved.size;
        seen.gains += gained.length;
      }
    });
    fc.assert(property, { numRuns: 90, seed: 4 });
    expect(seen.none).toBeGreaterThan(30);
    expect(seen.gains).toBeGreaterThan(30);
  }, 120_000);

  test('ok: of a policy for whoever is authenticated it is proved, in no scope, whether more is allowed', () => {
    const under = (check?: string) =>
      strictRegistry({ entries: check ? [{ name: 'token:list', check }] : [], enforceNewDefaults: true }, declared);
    const proved = (before: string | undefined, after: string | undefined) =>
      proveAccess('token:list', under(before), under(after), implies, { steps: 100_000 });
    const proof = { policy: 'token:list', scope: 'authenticated' };
    expect(proved(undefined, '!')).toEqual([{ ...proof, result: 'none' }]);
    expect(proved('!', undefined)).toMatchObject([{ ...proof, result: { found: expect.anything() } }]);
    expect(proved('role:admin', 'role:admin or role:reader')).toMatchObject([
      { ...proof, result: { found: expect.anything() } },
    ]);
    expect(proved('role:reader', 'role:reader and user_id:%(user_id)s')).toEqual([{ ...proof, result: 'none' }]);
  });

  test('ok: policies whose comparison is beyond what is left of the budget are told as unknown', () => {
    const after = strictRegistry({ entries: [{ name: 'token:list', check: '!' }], enforceNewDefaults: true }, declared);
    const before = strictRegistry({ entries: [], enforceNewDefaults: true }, declared);
    const proofs = proveAccess('token:list', before, after, implies, { steps: 0 });
    expect(proofs.map(({ result }) => result)).toEqual(['unknown']);
  });

  test.each([
    ['audit:list', 'user_id:%(actor_id)s or system_scope:all', 'project-reader', ['own project']],
    ['role:get', 'None:%(domain_id)s', 'system-reader', WITH_A_DOMAIN],
  ] as const)('ok: of %s under %s, a %s is told to lose these rows and no others', (name, check, reader, rows) => {
    const after = strictRegistry({ entries: [{ name, check }], enforceNewDefaults: true }, declared);
    const before = strictRegistry({ entries: [], enforceNewDefaults: true }, declared);
    const changed = changedCells(name, before, after, PERSONAS).filter(({ persona }) => persona === reader);
    expect(changed.map(({ target, isAllowed }) => [target, isAllowed])).toEqual(
      rows.map((row) => [row, { before: true, after: false }]),
    );
  });

  test('ok: the personas are those of the design, each once', () => {
    const names = PERSONAS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(expect.arrayContaining(['system-reader', 'domain-manager', 'project-service', 'unscoped']));
    expect(names.filter((name) => name.startsWith('agent:'))).toEqual([
      'agent:machine, trusted',
      'agent:machine, failed',
    ]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readBoundary } from '../../../src/platform/policy/engine/boundary.js';
import {
  buildRegistry,
  CREDENTIAL_FIELDS,
  definePolicy,
  expandCheck,
  lintOverrides,
  type Policy,
  parseCheck,
  printCheck,
  type ScopedDeclaration,
  type Subject,
} from '../../../src/platform/policy/index.js';
import { checkText, nullable, type Row, RULES, scalarField, someText, target } from './guarded-rows.js';

/** Kinds exist only here: the engine knows them as texts. */
const KINDS = ['A', 'B', 'C'] as const;

const base = {
  name: 'thing:do',
  description: 'For a test.',
  scopeTypes: ['agent'],
  check: '@',
  target,
  operations: [],
} as const satisfies Policy<Row>;
const registryOf = (change: Partial<ScopedDeclaration<Row>>, override?: string) =>
  buildRegistry({
    rules: RULES,
    policies: [{ ...base, ...change }],
    ...(override !== undefined && { overrides: { 'thing:do': override } }),
  });
const agent = (agent_kind: string | null | undefined): Subject => ({
  scope: 'agent',
  credentials: { agent_id: 'x', agent_kind, project_id: 'a', user_id: 'a' },
});
const row: Row = {
  id: 1,
  owner: 'a',
  projectId: 'a',
  level: 1,
  enabled: true,
  tags: null,
  ports: null,
  workloads: [],
};
const BY_KIND = { A: 'project_id:%(project_id)s', B: "'late':%(stage)s" };

describe('readBoundary', () => {
  it('ok: one kind is the condition itself, and several are alternatives', () => {
    expect(readBoundary({ A: BY_KIND.A }, 'test', target)?.kind).toBe('and');
    expect(readBoundary(BY_KIND, 'test', target)).toMatchObject({ kind: 'or', of: [{ kind: 'and' }, { kind: 'and' }] });
  });
});

describe('a boundary by kind of agent', () => {
  const registry = registryOf({ boundary: { agent: BY_KIND } });
  const outcomes = (kind: string | null | undefined, values: Row = row) => [
    registry.decideOperation('thing:do', agent(kind)).outcome,
    registry.decideRow('thing:do', agent(kind), values).outcome,
  ];

  it('ok: each kind has its own', () => {
    expect(outcomes('A')).toEqual(['ALLOWED', 'ALLOWED']);
    expect(outcomes('A', { ...row, projectId: 'b' })).toEqual(['ALLOWED', 'FORBIDDEN']);
    expect(outcomes('B')).toEqual(['ALLOWED', 'FORBIDDEN']);
    expect(outcomes('B', { ...row, level: 6, projectId: 'b' })).toEqual(['ALLOWED', 'ALLOWED']);
  });

  it.each([['C'], ['a'], ['A '], [''], [null], [undefined]])('refused: an agent of the kind %j', (kind) => {
    expect(outcomes(kind)).toEqual(['FORBIDDEN', 'FORBIDDEN']);
  });

  it('ok: without a map, one boundary holds for every kind', () => {
    const one = registryOf({ boundary: { agent: 'project_id:%(project_id)s' } });
    for (const kind of [...KINDS, null]) expect(one.decideRow('thing:do', agent(kind), row).outcome).toBe('ALLOWED');
  });

  it('ok: it is published as one check, which can be read again', () => {
    const boundary = registry.get('thing:do')?.scopes[0]?.boundary ?? '';
    expect(boundary).toBe("agent_kind:A and project_id:%(project_id)s or agent_kind:B and 'late':%(stage)s");
    expect(registryOf({ boundary: { agent: { A: '@' } } }).get('thing:do')?.scopes[0]?.boundary).toBe(
      'agent_kind:A and @',
    );
    const parsed = parseCheck(boundary, { origin: 'test', credentials: CREDENTIAL_FIELDS });
    expect(printCheck(expandCheck(parsed, { origin: 'test', rules: new Map(), hasKey: () => true }))).toBe(boundary);
  });

  it('ok: an explanation says that the kind decides', () => {
    const { decision, boundary } = registry.explain('thing:do', agent('C'));
    expect(decision).toEqual({ outcome: 'FORBIDDEN' });
    expect(boundary?.of.map(({ of: [kind] }) => [kind?.check, kind?.value, kind?.isDeciding, kind?.held])).toEqual([
      ['agent_kind:A', 'FALSE', true, ['C']],
      ['agent_kind:B', 'FALSE', true, ['C']],
    ]);
  });

  it('ok: a question about all agents at once is open for kinds that are there, and only for them', () => {
    const asked = registry.question('thing:do', undefined);
    const known = agent(undefined).credentials;
    expect(asked.couldAllow('agent', known, ['agent_kind'])).toBe(true);
    expect(asked.couldAllow('agent', { ...known, agent_kind: 'C' }, ['agent_id'])).toBe(false);
    expect([...asked.named('agent').fields].sort()).toEqual(['agent_kind', 'project_id']);
  });

  it.each([
    [
      'a text that cannot be read',
      { A: '@', B: 'role:' },
      /boundary for scope agent, kind B, line 1, column 5: nothing after/,
    ],
    ['a key that rows lack', { A: 'agent_id:%(colour)s' }, /kind A, line 1, column 10: unknown target key: colour/],
    ['parentheses that end its part', { A: '!) or (@' }, /kind A, line 1/],
  ])('refused: %s', (_what, boundary, message) => {
    expect(() => registryOf({ boundary: { agent: boundary } })).toThrow(message);
  });

  it.each([
    ['one check', 'rule:owner'],
    ['a check for a kind', { A: 'not rule:owner' }],
  ])('refused: a rule in %s, since operators replace rules', (_what, boundary) => {
    expect(() => registryOf({ boundary: { agent: boundary } })).toThrow(/a boundary cannot name a rule \(rule:owner\)/);
  });

  const lint = (check: string, boundary: Record<string, string> = BY_KIND, own = '@') =>
    lintOverrides([{ name: 'thing:do', check }], {
      rules: RULES,
      policies: [{ ...base, boundary: { agent: boundary }, check: own }] as never,
      implies: () => false,
    }).map(({ code }) => code);

  it('ok: lint proves what an override can allow within it', () => {
    expect(lint('agent_kind:A')).toEqual([]);
    expect(lint('agent_kind:C')).toEqual(['NEVER_TRUE']);
    expect(lint('not agent_kind:A and not agent_kind:B')).toEqual(['NEVER_TRUE']);
    // What it opens to kinds that the boundary refuses anyway is no access.
    expect(lint('agent_kind:A or agent_kind:C', { A: '@', B: '@' }, 'agent_kind:A')).toEqual([]);
    expect(lint('agent_kind:A or agent_kind:B', { A: '@', B: '@' }, 'agent_kind:A')).toEqual(['LOOSENS_DEFAULT']);
  });

  it('ok: a kind passes exactly where its own boundary alone would let it, whatever the check and the override', () => {
    const text = checkText(scalarField).filter((one) => !one.includes('rule:'));
    const someRow: fc.Arbitrary<Row> = fc.record({
      id: fc.constant(1),
      owner: nullable(someText),
      projectId: nullable(fc.constantFrom('a', 'b')),
      level: nullable(fc.constantFrom(0, 6)),
      enabled: nullable(fc.boolean()),
      tags: nullable(fc.array(someText, { maxLength: 2 })),
      ports: fc.constant(null),
      workloads: fc.constant([]),
    });
    const credentials = fc.record({
      agent_kind: nullable(fc.constantFrom<string>(...KINDS, 'D')),
      user_id: nullable(someText),
      project_id: nullable(fc.constantFrom('a', 'b')),
      workload_id: nullable(fc.constantFrom('a', 'w')),
    });
    const texts = fc.record({ A: text, B: text, C: text });
    const named = fc.subarray([...KINDS], { minLength: 1 });
    const override = fc.option(fc.oneof(fc.constant('@'), checkText(scalarField)));
    const cases = fc.array(fc.tuple(credentials, someRow), { minLength: 20, maxLength: 40 });
    const counts = { allowed: 0, denied: 0, unknown: 0 };
    fc.assert(
      fc.property(texts, named, text, override, cases, (all, kinds, check, replaced, some) => {
        const withOverride = (agentBoundary: string | Record<string, string>) =>
          registryOf({ check, boundary: { agent: agentBoundary } }, replaced ?? undefined);
        const byKind = withOverride(Object.fromEntries(kinds.map((kind) => [kind, all[kind]])));
        const alone = new Map<string, ReturnType<typeof registryOf>>(
          kinds.map((kind) => [kind, withOverride(all[kind])]),
        );
        for (const [held, values] of some) {
          const subject: Subject = { scope: 'agent', credentials: held };
          const own = alone.get(held.agent_kind ?? '');
          const isAllowed = byKind.decideRow('thing:do', subject, values).outcome === 'ALLOWED';
          const couldBe = byKind.decideOperation('thing:do', subject).outcome === 'ALLOWED';
          expect(isAllowed).toBe(own?.decideRow('thing:do', subject, values).outcome === 'ALLOWED');
          expect(couldBe).toBe(own?.decideOperation('thing:do', subject).outcome === 'ALLOWED');
          if (own === undefined) counts.unknown += 1;
          else counts[isAllowed ? 'allowed' : 'denied'] += 1;
        }
      }),
      { numRuns: 300 },
    );
    expect(Math.min(counts.allowed, counts.denied, counts.unknown)).toBeGreaterThan(500);
  });
});

describe('a kind', () => {
  it.each<[string, Partial<ScopedDeclaration<Row>>, RegExp]>([
    ['none at all', { boundary: { agent: {} } }, /takes no kind of agent/],
    ['in lower case', { boundary: { agent: { a: '@' } } }, /"a" is not a kind of agent/],
    ['with an end of its own', { boundary: { agent: { 'A or @': '@' } } }, /is not a kind of agent/],
    [
      'in another scope',
      { scopeTypes: ['project'], boundary: { project: { A: '@' } as never } },
      /by kind of agent for scope project/,
    ],
  ])('refused: %s', (_what, change, message) => {
    expect(() => definePolicy({ ...base, ...change })).toThrow(message);
  });
});

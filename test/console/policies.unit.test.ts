import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type ExplainedPart, treesOf } from '../../console/src/kit/explanation-tree.js';
import { defineSearch } from '../../console/src/kit/search.js';
import { AUDIT_ACTIONS, AUDIT_TARGET_TYPES } from '../../console/src/pages/audit/words.js';
import { matrixOf, personasOf } from '../../console/src/pages/policies/matrix-model.js';
import { principalOf, scopeRefOf } from '../../console/src/pages/policies/question.js';
import { changedBetween, changesOf, gainsOf, withCheck } from '../../console/src/pages/policies/sets.js';

const set = (...pairs: readonly (readonly [name: string, check: string])[]) => ({
  overrides: pairs.map(([name, check]) => ({ name, check })),
  enforceNewDefaults: true,
});

describe('sets of overrides', () => {
  test('ok: what changes is named, before and after', () => {
    expect(changedBetween(set(['a:b', '@'], ['c:d', '!']), set(['a:b', '!'], ['e:f', '@']))).toEqual([
      { name: 'a:b', before: '@', after: '!' },
      { name: 'c:d', before: '!', after: null },
      { name: 'e:f', before: null, after: '@' },
    ]);
  });

  test('ok: one check changes, and the others stay', () => {
    const before = set(['a:b', '@'], ['c:d', '!']);
    expect(withCheck(before, 'a:b', null)).toEqual(set(['c:d', '!']));
    expect(withCheck(before, 'a:b', '!')).toEqual(set(['a:b', '!'], ['c:d', '!']));
    expect(before).toEqual(set(['a:b', '@'], ['c:d', '!']));
  });

  test('ok: the revisions that changed a policy are found, the first one only where nothing came before', () => {
    const revisions = [
      { number: 4, ...set(['a:b', '!']) },
      { number: 3, ...set(['a:b', '!'], ['c:d', '@']) },
      { number: 1, ...set(['a:b', '@']) },
    ];
    expect(changesOf('a:b', revisions, true).map(({ revision }) => revision.number)).toEqual([3, 1]);
    expect(changesOf('a:b', revisions, false).map(({ revision }) => revision.number)).toEqual([3]);
    expect(changesOf('c:d', revisions, true).map(({ before, after }) => [before, after])).toEqual([
      ['@', null],
      [null, '@'],
    ]);
  });

  test('ok: who gains and who loses is named once', () => {
    const differences = ['own', 'any row'].map(() => ({
      policy: 'a:b',
      persona: 'project-member',
      change: 'DENIED_TO_ALLOWED' as const,
    }));
    expect(gainsOf(differences)).toEqual([{ policy: 'a:b', isGain: true, personas: ['project-member'] }]);
  });
});

describe('the matrix', () => {
  const policies = [
    {
      name: 'agent:ban',
      operations: ['Mutation.banAgent', 'Thing.*'],
      allowedPersonas: ['project-admin', 'system-admin', 'anonymous'],
    },
  ];

  test('ok: callers of the system come first, those without a token last', () => {
    expect(personasOf(policies)).toEqual(['system-admin', 'project-admin', 'anonymous']);
  });

  test('ok: a cell says what is in force and what the candidate would change', () => {
    const change = { policy: 'agent:ban', change: 'DENIED_TO_ALLOWED' as const };
    const differences = [
      { ...change, persona: 'project-manager', target: 'own' },
      { ...change, persona: 'project-manager', target: 'any row' },
      { policy: 'agent:ban', persona: 'system-admin', target: 'foreign', change: 'ALLOWED_TO_DENIED' as const },
    ];
    const personas = ['system-admin', 'project-admin', 'project-manager', 'project-reader'];
    expect(matrixOf(policies, personas, differences)).toEqual([
      {
        operation: 'Mutation.banAgent',
        policy: 'agent:ban',
        cells: ['loses some', 'allowed', 'gains', 'denied'],
      },
    ]);
  });
});

describe('explanations', () => {
  const part = (depth: number, check: string): ExplainedPart => ({
    ...{ depth, check, value: 'TRUE', isBoundary: false, isDeciding: false },
    ...{ held: null, target: null },
  });

  test('ok: a list of parts becomes trees', () => {
    const trees = treesOf([part(0, 'a'), part(1, 'b'), part(2, 'c'), part(1, 'd'), part(0, 'e')]);
    const shape = (nodes: ReturnType<typeof treesOf>): unknown[] =>
      nodes.map(({ part: { check }, parts }) => [check, shape(parts)]);
    expect(shape(trees)).toEqual([
      [
        'a',
        [
          ['b', [['c', []]]],
          ['d', []],
        ],
      ],
      ['e', []],
    ]);
  });

  test('ok: people are named as they are typed', () => {
    expect(principalOf('acme/ann')).toEqual({ user: { inDomain: { domain: 'acme', name: 'ann' } } });
    expect(principalOf('ann')).toEqual({ user: { name: 'ann' } });
    expect(principalOf('agt_1')).toEqual({ agent: { id: 'agt_1' } });
    expect(scopeRefOf('project:prj_1')).toEqual({ project: { id: 'prj_1' } });
    expect(scopeRefOf('system')).toEqual({ system: true });
    expect(scopeRefOf('unscoped')).toBeNull();
  });
});

describe('the filters of the audit log', () => {
  const schema = readFileSync(fileURLToPath(new URL('../../schema/audit/words.graphql', import.meta.url)), 'utf8');
  const wordsOf = (name: string) =>
    [...(schema.match(new RegExp(`enum ${name} \\{([^}]*)\\}`))?.[1] ?? '').matchAll(/^ {2}([A-Z_]+)$/gm)].map(
      ([, word]) => word,
    );

  test('ok: every action and every kind of object can be chosen', () => {
    expect(AUDIT_ACTIONS).toEqual(wordsOf('AuditAction'));
    expect(AUDIT_TARGET_TYPES).toEqual(wordsOf('AuditTargetType'));
  });

  test('refused: what is no time is left out', () => {
    const { validate } = defineSearch({ since: 'time' }, []);
    expect(validate({ since: '2026-11-30T12:00:00Z' })).toEqual({ since: '2026-11-30T12:00:00Z' });
    expect(validate({ since: 'yesterday' })).toEqual({});
  });
});

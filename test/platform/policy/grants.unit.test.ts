import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  buildRegistry,
  type Credentials,
  type GrantableRole,
  leastRoles,
  neededRoles,
  type Subject,
  type TargetValues,
} from '../../../src/platform/policy/index.js';
import { target } from './guarded-rows.js';

/** A hierarchy, roles beside it, and one that stands for two; each brings what it implies. */
const ROLES: readonly GrantableRole[] = [
  { name: 'reader', brings: ['reader'] },
  { name: 'member', brings: ['member', 'reader'] },
  { name: 'admin', brings: ['admin', 'member', 'reader'] },
  { name: 'ops', brings: ['member', 'ops', 'reader', 'service'] },
  { name: 'service', brings: ['service'] },
  { name: 'suspended', brings: ['suspended'] },
];
const closure = (names: readonly string[]) => [
  ...new Set(names.flatMap((name) => ROLES.find((role) => role.name === name)?.brings ?? [])),
];
const subsetsOf = <T>(items: readonly T[]): T[][] =>
  items.reduce<T[][]>((all, item) => all.concat(all.map((set) => set.concat([item]))), [[]]);

function question(check: string, values: TargetValues | undefined) {
  const policies = buildRegistry({
    rules: {},
    policies: [
      {
        name: 'thing:do',
        description: 'Generated.',
        scopeTypes: ['project'],
        boundary: { project: 'project_id:%(project_id)s' },
        check,
        target,
        operations: [],
      },
    ],
  });
  return { policies, asked: policies.question('thing:do', values) };
}

const atom = fc.oneof(
  { arbitrary: fc.constantFrom(...ROLES.map(({ name }) => `role:${name}`), 'role:Nobody'), weight: 8 },
  { arbitrary: fc.constantFrom('user_id:%(owner)s', 'True:%(enabled)s', '@', '!'), weight: 3 },
);
const { check: anyCheck } = fc.letrec<{ check: string }>((tie) => ({
  check: fc.oneof(
    { maxDepth: 4, depthSize: 'medium' },
    atom,
    tie('check').map((inner) => `not (${inner})`),
    fc.tuple(tie('check'), tie('check')).map(([a, b]) => `(${a}) and (${b})`),
    fc.tuple(tie('check'), tie('check')).map(([a, b]) => `(${a}) or (${b})`),
  ),
}));
const anyTarget = fc.record({
  owner: fc.constantFrom('u', 'other', null),
  project_id: fc.constantFrom('p', 'p', 'p', 'q'),
  enabled: fc.constantFrom(true, false, null),
});
const anyHeld = fc.subarray(ROLES.map(({ name }) => name)).map(closure);
const subject = (roles: readonly string[]): Subject & { credentials: Credentials } => ({
  scope: 'project',
  credentials: { roles, user_id: 'u', project_id: 'p' },
});

describe('leastRoles', () => {
  it('ok: with what is missing a refused decision allows, without any part of it it does not; else nothing helps', () => {
    const counts = { one: 0, several: 0, none: 0 };
    fc.assert(
      fc.property(anyCheck, anyTarget, anyHeld, (check, values, held) => {
        const { policies, asked } = question(check, values);
        // As the engine decides on the row, not as the question does.
        const all = {
          level: null,
          tags: null,
          ports: null,
          stage: null,
          is_granted: null,
          workload_ids: null,
          ...values,
        };
        const allows = (names: readonly string[]) =>
          names.length > 0 && policies.explain('thing:do', subject(names), all).decision.outcome === 'ALLOWED';
        fc.pre(!allows(held));
        const found = leastRoles({
          roles: ROLES,
          named: asked.named('project').roles,
          held,
          allows: (names) => names.length > 0 && asked.allows(subject(names)),
        });
        const withGrants = (set: readonly GrantableRole[]) => closure([...held, ...set.map(({ name }) => name)]);
        if (found === 'none') {
          counts.none += 1;
          expect(subsetsOf(ROLES).filter((set) => allows(withGrants(set)))).toEqual([]);
          return;
        }
        if (found === 'unknown') throw new Error('so few roles are all tried');
        counts[found.length === 1 ? 'one' : 'several'] += 1;
        expect(allows(withGrants(found))).toBe(true);
        const parts = subsetsOf(found).filter((set) => set.length < found.length);
        expect(parts.filter((set) => allows(withGrants(set)))).toEqual([]);
      }),
      { numRuns: 1000 },
    );
    expect(Math.min(counts.one, counts.none)).toBeGreaterThan(100);
    expect(counts.several).toBeGreaterThan(0);
  });

  const ask = (check: string, held: string[]) => {
    const { asked } = question(check, undefined);
    const found = leastRoles({
      roles: ROLES,
      named: asked.named('project').roles,
      held,
      allows: (names) => names.length > 0 && asked.allows(subject(names)),
    });
    return typeof found === 'string' ? found : found.map(({ name }) => name);
  };

  it.each([
    ['role:admin or role:member', [], ['member']],
    ['role:admin or (role:service and role:suspended)', [], ['service', 'suspended']],
    ['role:member and role:service', ['member', 'reader'], ['service']],
    ['@', [], ['reader']],
    ['not role:reader', [], ['service']],
    ['not role:reader', ['reader'], 'none'],
    ['role:nobody', ['reader'], 'none'],
    ['!', [], 'none'],
  ])('ok: %s, held %j, is missing %j', (check, held, missing) => {
    expect(ask(check, held)).toEqual(missing);
  });

  it('refused: of more roles than can all be tried it is not said that none would help', () => {
    const many = Array.from({ length: 20 }, (_, n) => ({ name: `r${n}`, brings: [`r${n}`] }));
    const named = new Set(many.map(({ name }) => name));
    expect(leastRoles({ roles: many, named, held: [], allows: (held) => held.length > 2 })).toBe('unknown');
    expect(leastRoles({ roles: many, named, held: [], allows: (held) => held.length > 1 })).toHaveLength(2);
  });
});

describe('neededRoles', () => {
  it('ok: a decision stays allowed with them alone, and no fewer', () => {
    let several = 0;
    fc.assert(
      fc.property(anyCheck, anyTarget, anyHeld, (check, values, held) => {
        const { asked } = question(check, values);
        fc.pre(asked.allows(subject(held)));
        const needed = neededRoles(
          held,
          (name) => closure([name]).length,
          (names) => asked.allows(subject(names)),
        );
        expect(asked.allows(subject(needed))).toBe(true);
        for (const name of needed) expect(asked.allows(subject(needed.filter((one) => one !== name)))).toBe(false);
        if (needed.length > 1) several += 1;
      }),
      { numRuns: 1000 },
    );
    expect(several).toBeGreaterThan(0);
  });
});

describe('PolicyQuestion', () => {
  it('ok: what could not be allowed is allowed to nobody, whatever they hold', () => {
    let refused = 0;
    fc.assert(
      fc.property(anyCheck, anyTarget, anyHeld, fc.constantFrom('u', 'other'), (check, values, held, userId) => {
        const { asked } = question(check, values);
        const { credentials } = subject(held);
        const caller = { scope: 'project' as const, credentials: { ...credentials, user_id: userId } };
        const could = asked.couldAllow('project', { ...credentials, roles: ['none of those'] }, ['roles', 'user_id']);
        if (could) return;
        refused += 1;
        expect(asked.allows(caller)).toBe(false);
      }),
      { numRuns: 1000 },
    );
    expect(refused).toBeGreaterThan(100);
  });
});

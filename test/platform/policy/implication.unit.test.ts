import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { implies } from '../../../src/identity/index.js';
import type { World } from '../../../src/platform/policy/analysis/circumstances.js';
import {
  CREDENTIAL_FIELDS,
  compileForRow,
  expandCheck,
  findAccess,
  parseCheck,
  TRUE,
} from '../../../src/platform/policy/index.js';
import { checkText, nullable, RULES } from './guarded-rows.js';

const parse = (text: string) => parseCheck(text, { origin: 'test', credentials: CREDENTIAL_FIELDS });
const rules = new Map(Object.entries(RULES).map(([name, text]) => [name, parse(text)]));
const read = (text: string) => expandCheck(parse(text), { origin: 'test', rules, hasKey: () => true });

const KEYS: Record<string, ReturnType<World['keyOf']>> = {
  level: { type: 'integer', list: false },
  enabled: { type: 'boolean', list: false },
  is_granted: { type: 'boolean', list: false },
  tags: { type: 'text', list: true },
  ports: { type: 'integer', list: true },
  workload_ids: { type: 'text', list: true },
};
const world: World = { holds: () => true, implies, keyOf: (key) => KEYS[key] ?? { type: 'text', list: false } };
const verdict = (check: string, unless?: string) => {
  const result = findAccess(read(check), unless === undefined ? undefined : read(unless), world);
  return typeof result === 'string' ? result : 'found';
};

const NAMES = ['a', 'b', 'admin', 'member', 'reader'];
const withImplied = (names: readonly string[]) =>
  NAMES.filter((name) => names.some((one) => one === name || implies(one, name)));

/** The roles of a token whose user was granted these, narrowed to a limit when there is one. */
function rolesOf(granted: readonly string[], limit: readonly string[] | null) {
  const held = withImplied(granted);
  const kept = limit === null ? held : withImplied(limit).filter((name) => held.includes(name));
  return { roles: kept, dropped_roles: held.filter((name) => !kept.includes(name)) };
}

describe('findAccess', () => {
  it.each([
    ['role:a', undefined, 'found'],
    ['!', undefined, 'none'],
    ['role:a and not role:A', undefined, 'none'],
    ['agent_kind:machine and agent_kind:unit', undefined, 'none'],
    ['roles:a and roles:b', undefined, 'found'],
    ['operators_project_ids:a and operators_project_ids:b', undefined, 'found'],
    // Who holds none holds neither.
    ['not operators_project_ids:a', 'operators_project_ids:b or not operators_project_ids:b', 'none'],
    ['None:%(owner)s and user_id:%(owner)s', undefined, 'none'],
    ["'a':%(owner)s and 'b':%(owner)s", undefined, 'none'],
    ["'a':%(tags)s and 'b':%(tags)s", undefined, 'found'],
    ["'a':%(owner)s and role:a", undefined, 'found'],
    ["'a':%(owner)s and 'b':%(project_id)s", undefined, 'found'],
    ["'a':%(level)s", undefined, 'none'],
    ['role:admin', 'role:reader', 'none'],
    ['role:reader', 'role:admin', 'found'],
    ['role:a', 'role:a or user_id:%(owner)s', 'none'],
    ['role:a or user_id:%(owner)s', 'role:a', 'found'],
    ['role:a and role:b', 'role:b and role:a', 'none'],
    ['@', 'role:a or not role:a', 'found'],
    ['not role:admin', 'not role:reader', 'found'],
    ['not role:reader', 'not role:admin', 'none'],
    // By a token that left out `b`.
    ['role:a', 'role:a and not role:b', 'found'],
    ['role:a', 'role:a and (role:b or not role:b)', 'found'],
    ['roles:a', 'roles:a and (roles:b or not roles:b)', 'found'],
    ['role:admin', 'role:admin and (role:reader or not role:reader)', 'none'],
  ])('ok: %s beside %s: %s', (check, unless, expected) => {
    expect(verdict(check, unless)).toBe(expected);
  });

  it('ok: says when the new check allows', () => {
    expect(findAccess(read('role:a or role:b'), read('role:a'), world)).toEqual({
      found: [
        { atom: 'role:a', value: 'FALSE' },
        { atom: 'role:b', value: 'TRUE' },
      ],
    });
  });

  it('ok: gives up on a search that is too long, and says so', () => {
    const pairs = Array.from({ length: 40 }, (_, i) => `(role:a${i} or role:b${i})`).join(' and ');
    const halves = Array.from({ length: 40 }, (_, i) => `not role:a${i} and not role:b${i}`).join(' or ');
    expect(verdict(`(${pairs}) and (${halves})`)).toBe('unknown');
  });

  it('ok: gives up where the budget is spent, and searches with one budget share it', () => {
    const search = (budget: { steps: number }) => findAccess(read('role:a and role:b'), read('role:a'), world, budget);
    expect(search({ steps: 0 })).toBe('unknown');
    const budget = { steps: 1000 };
    expect(search(budget)).toBe('none');
    const spent = 1000 - budget.steps;
    expect(spent).toBeGreaterThan(1);
    expect(search({ steps: spent })).toBe('none');
    expect(search({ steps: spent - 1 })).toBe('unknown');
    const shared = { steps: 2 * spent - 1 };
    expect([search(shared), search(shared), search(shared)]).toEqual(['none', 'unknown', 'unknown']);
  });

  it('ok: what it calls impossible never happens', () => {
    const text = fc.constantFrom('a', 'b', 'w', 'None');
    const someRoles = fc.array(fc.constantFrom(...NAMES), { maxLength: 3 });
    const credentials = fc
      .record({ granted: someRoles, limit: nullable(someRoles), user_id: nullable(text), project_id: nullable(text) })
      .map(({ granted, limit, ...own }) => ({ ...own, ...rolesOf(granted, limit) }));
    const row = fc.record({ owner: nullable(text), project_id: nullable(text), tags: nullable(fc.array(text)) });
    const check = checkText(fc.constantFrom('user_id', 'project_id', 'roles'));
    const counts = { none: 0, found: 0, unknown: 0 };
    fc.assert(
      fc.property(
        check,
        check,
        fc.array(fc.tuple(credentials, row), { minLength: 10, maxLength: 20 }),
        (a, b, cases) => {
          // The second is often close to the first, so that one often implies the other.
          const [left, right] = [read(a), read(a.length % 2 ? `(${a}) or (${b})` : `(${b}) and (${a})`)];
          const result = findAccess(left, right, world);
          counts[typeof result === 'string' ? result : 'found'] += 1;
          const on = (one: typeof left) =>
            compileForRow<Record<string, string | string[] | null>>(one, (key) => (r) => r[key]);
          const [isLeft, isRight] = [on(left), on(right)];
          for (const [held, keys] of cases) {
            const gains = isLeft(held, keys) === TRUE && isRight(held, keys) !== TRUE;
            if (gains) expect(result).not.toBe('none');
          }
        },
      ),
      { numRuns: 600 },
    );
    expect(Math.min(counts.none, counts.found)).toBeGreaterThan(100);
    expect(counts.unknown).toBeLessThan(120);
  });
});

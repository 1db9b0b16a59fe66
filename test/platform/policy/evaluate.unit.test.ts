import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ABSENT,
  CREDENTIAL_FIELDS,
  type CredentialFields,
  type CredentialMap,
  compileForOperation,
  compileForRow,
  expandCheck,
  FALSE,
  type KeyType,
  OPEN,
  parseCheck,
  type TargetValue,
  TRUE,
  type Truth,
} from '../../../src/platform/policy/index.js';
import { and, not, or } from '../../../src/platform/policy/language/truth.js';

const fields: CredentialFields = new Map([...CREDENTIAL_FIELDS, ['context', 'map']]);
const NAMES: ReadonlyMap<Truth, string> = new Map([
  [TRUE, 'TRUE'],
  [FALSE, 'FALSE'],
  [ABSENT, 'ABSENT'],
  [OPEN, 'OPEN'],
]);

function read(text: string, rules: Record<string, string> = {}) {
  const parse = (written: string) => parseCheck(written, { origin: 'test', credentials: fields });
  const named = new Map(Object.entries(rules).map(([name, rule]) => [name, parse(rule)]));
  return expandCheck(parse(text), { origin: 'test', rules: named, hasKey: () => true });
}

function onRow(text: string, credentials: CredentialMap, row: Readonly<Record<string, TargetValue>> = {}) {
  const test = compileForRow<typeof row>(
    read(text),
    (key) => (given) => (Object.hasOwn(given, key) ? given[key] : undefined),
  );
  return NAMES.get(test(credentials, row));
}

function onOperation(text: string, credentials: CredentialMap, type: KeyType = 'text') {
  return NAMES.get(compileForOperation(read(text), () => type)(credentials));
}

describe('a check on a row', () => {
  it.each([
    ['@', {}, 'TRUE'],
    ['!', {}, 'FALSE'],
    ['not !', {}, 'TRUE'],
    ['role:ADMIN', { roles: ['reader', 'Admin'] }, 'TRUE'],
    ['role:admin', { roles: ['administrator', null] }, 'FALSE'],
    ['role:k', { roles: ['\u212a'] }, 'TRUE'],
    ['role:STRASSE\u0130', { roles: ['strassei\u0307'] }, 'TRUE'],
    ['not role:admin', { roles: ['reader'] }, 'TRUE'],
    ['role:admin', {}, 'ABSENT'],
    ['role:admin', { roles: ['reader'], dropped_roles: ['Admin'] }, 'ABSENT'],
    ['not role:admin', { roles: ['reader'], dropped_roles: ['admin'] }, 'ABSENT'],
    ['not roles:admin', { roles: ['reader'], dropped_roles: ['admin'] }, 'ABSENT'],
    ['not role:admin', { roles: ['reader'], dropped_roles: ['member'] }, 'TRUE'],
    ['role:admin', { roles: null }, 'ABSENT'],
    ['role:admin', { roles: [] }, 'ABSENT'],
    ['not role:admin', { roles: [null] }, 'ABSENT'],
    ['agent_kind:machine', { agent_kind: 'machine' }, 'TRUE'],
    ['agent_kind:Machine', { agent_kind: 'machine' }, 'FALSE'],
    ['agent_kind:machine', { agent_kind: null }, 'ABSENT'],
    ['not agent_kind:machine', {}, 'ABSENT'],
    ['user_id:None', { user_id: null }, 'ABSENT'],
    ['context.level:5', { context: { level: 5 } }, 'TRUE'],
    ['context.level:05', { context: { level: 5 } }, 'FALSE'],
    ['context.on:True', { context: { on: true } }, 'TRUE'],
    ['context.on:true', { context: { on: true } }, 'FALSE'],
    ["'a':a", {}, 'TRUE'],
    ['5:6', {}, 'FALSE'],
  ])('ok: %s with %j is %s', (text, credentials, expected) => {
    expect(onRow(text, credentials)).toBe(expected);
  });

  it.each([
    ['user_id:%(k)s', { user_id: 'u' }, 'u', 'TRUE'],
    ['user_id:%(k)s', { user_id: 'u' }, 'v', 'FALSE'],
    ['user_id:%(k)s', { user_id: '' }, '', 'TRUE'],
    ['user_id:%(k)s', { user_id: 'None' }, null, 'ABSENT'],
    ['user_id:%(k)s', { user_id: null }, null, 'ABSENT'],
    ['user_id:%(k)s', {}, undefined, 'ABSENT'],
    ['not user_id:%(k)s', {}, 'v', 'ABSENT'],
    ['user_id:%(k)s', { user_id: '5' }, 5, 'ABSENT'],
    ['not user_id:%(k)s', { user_id: '5' }, 5, 'ABSENT'],
    ['not user_id:%(k)s', { user_id: '5' }, [6, '6'], 'ABSENT'],
    ['5:%(k)s', {}, 5, 'TRUE'],
    ['5:%(k)s', {}, '5', 'ABSENT'],
    ["'5':%(k)s", {}, 5, 'ABSENT'],
    ['True:%(k)s', {}, true, 'TRUE'],
    ['True:%(k)s', {}, false, 'FALSE'],
    ['True:%(k)s', {}, 'True', 'ABSENT'],
    ['False:%(k)s', {}, false, 'TRUE'],
    ['False:%(k)s', {}, null, 'ABSENT'],
    ['None:%(k)s', {}, null, 'TRUE'],
    ['None:%(k)s', {}, 'None', 'ABSENT'],
    ['not None:%(k)s', {}, ['a', 'None'], 'ABSENT'],
    ['None:%(k)s', {}, undefined, 'ABSENT'],
    ['not None:%(k)s', {}, '', 'TRUE'],
    ['user_id:%(k)s', { user_id: 'u' }, ['t', 'u'], 'TRUE'],
    ['user_id:%(k)s', { user_id: 'u' }, ['t', null], 'FALSE'],
    ['user_id:%(k)s', { user_id: 'u' }, [], 'ABSENT'],
    ['not user_id:%(k)s', { user_id: 'u' }, [null], 'ABSENT'],
    ['None:%(k)s', {}, [], 'ABSENT'],
    ['not None:%(k)s', {}, [null], 'ABSENT'],
    ['not None:%(k)s', {}, [null, 'a'], 'TRUE'],
    ['roles:%(k)s', { roles: ['a', 'b'] }, ['b', 'c'], 'TRUE'],
    ['roles:%(k)s', { roles: ['A'] }, 'a', 'FALSE'],
    ['roles:%(k)s', { roles: [null] }, 'a', 'ABSENT'],
    ['not roles:%(k)s', { roles: ['a', null] }, 'b', 'TRUE'],
    ['not context.ids:%(k)s', { context: { ids: [5, '6'] } }, 6, 'ABSENT'],
  ] as [string, CredentialMap, TargetValue | undefined, string][])(
    'ok: %s with %j on %j is %s',
    (text, credentials, k, expected) => {
      expect(onRow(text, credentials, k === undefined ? {} : { k })).toBe(expected);
    },
  );

  it.each([
    [{ projects: [{ id: 'p' }, { id: 'q' }] }, 'TRUE'],
    [{ projects: [{ id: ['x', 'q'] }] }, 'TRUE'],
    [{ projects: [[{ id: 'q' }]] }, 'TRUE'],
    [{ projects: [{ id: 'p' }, { name: 'q' }, null] }, 'FALSE'],
    [{ projects: [] }, 'ABSENT'],
    [{ projects: [{ id: null }] }, 'ABSENT'],
    [{ projects: [{ id: { id: 'q' } }] }, 'ABSENT'],
    [{ projects: 'q' }, 'ABSENT'],
    [{}, 'ABSENT'],
  ])('ok: a dotted path through %j is %s', (context, expected) => {
    expect(onRow('context.projects.id:%(k)s', { context }, { k: 'q' })).toBe(expected);
  });

  it('ok: a path does not reach into a prototype', () => {
    expect(onRow('context.constructor.name:Object', { context: {} })).toBe('ABSENT');
  });
});

describe('a check on an operation', () => {
  it.each([
    ['user_id:%(k)s', { user_id: 'u' }, 'OPEN'],
    ['not user_id:%(k)s', { user_id: 'u' }, 'OPEN'],
    ['user_id:%(k)s', {}, 'ABSENT'],
    ['not user_id:%(k)s', {}, 'ABSENT'],
    ['None:%(k)s', {}, 'OPEN'],
    ['5:%(k)s', {}, 'ABSENT'],
    ['not 5:%(k)s', {}, 'ABSENT'],
    ['role:admin and user_id:%(k)s', { roles: ['reader'], user_id: 'u' }, 'FALSE'],
    ['role:admin or user_id:%(k)s', { roles: ['admin'], user_id: 'u' }, 'TRUE'],
    ['domain_id:%(k)s and user_id:%(k)s', { user_id: 'u' }, 'FALSE'],
    ['not (domain_id:%(k)s and user_id:%(k)s)', { user_id: 'u' }, 'TRUE'],
    ['user_id:%(k)s and not user_id:%(k)s', { user_id: 'u' }, 'OPEN'],
  ])('ok: %s with %j is %s', (text, credentials, expected) => {
    expect(onOperation(text, credentials)).toBe(expected);
  });
});

describe('the four values', () => {
  const known = fc.constantFrom(TRUE, FALSE, ABSENT);
  const any = fc.constantFrom(TRUE, FALSE, ABSENT, OPEN);

  it('ok: ABSENT decides nothing, and is its own negation', () => {
    expect([and(TRUE, ABSENT), and(FALSE, ABSENT), or(TRUE, ABSENT), or(FALSE, ABSENT), not(ABSENT)]).toEqual([
      ABSENT,
      FALSE,
      TRUE,
      ABSENT,
      ABSENT,
    ]);
  });

  it("ok: De Morgan's laws and double negation hold", () => {
    fc.assert(
      fc.property(any, any, (a, b) => {
        expect(not(and(a, b))).toBe(or(not(a), not(b)));
        expect(not(not(a))).toBe(a);
      }),
    );
  });

  it('ok: whatever an OPEN value turns out to be, what it could be was said', () => {
    fc.assert(
      fc.property(known, known, any, (a, b, other) => {
        for (const join of [and, or]) {
          const said = join(OPEN, other);
          for (const value of [join(a, other), join(b, other)]) expect(value & ~said).toBe(0);
        }
      }),
    );
  });
});

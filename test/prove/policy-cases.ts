import fc from 'fast-check';

/** A case as it is written to both engines. */
export type CaseText = Readonly<Record<string, unknown>>;

const scalar = fc.constantFrom<unknown>('a', 'b', 'b', 'a', '5', 'True', 'None', 5, 6, true, false, null);
const text = fc.constantFrom('a', 'b', 'a', 'b', '5');
const list = fc.array(fc.oneof({ arbitrary: text, weight: 6 }, { arbitrary: scalar, weight: 1 }), { maxLength: 3 });
const rarely = (usual: fc.Arbitrary<unknown>, odd: fc.Arbitrary<unknown>) =>
  fc.oneof({ arbitrary: usual, weight: 30 }, { arbitrary: odd, weight: 1 });

const group = rarely(fc.record({ id: fc.oneof(text, list) }, { requiredKeys: [] }), scalar);
const user = fc.record(
  {
    id: rarely(text, scalar),
    domain: rarely(fc.record({ id: rarely(text, scalar) }, { requiredKeys: ['id'] }), scalar),
    groups: fc.array(group, { maxLength: 3 }),
    tags: rarely(list, fc.constant([['a']])),
    level: fc.constantFrom(5, 6, '5', true),
  },
  { requiredKeys: ['id', 'domain'] },
);
const roles = fc.subarray(['admin', 'Member', 'READER', 'service'], { minLength: 0 });
const credentials = fc
  .record(
    {
      roles: rarely(roles, fc.constantFrom<unknown>(['admin', null], 'admin', null)),
      user_id: rarely(text, scalar),
      user: rarely(user, scalar),
      project_id: rarely(text, scalar),
      flag: scalar,
    },
    { requiredKeys: ['user_id', 'user'] },
  )
  .chain((held) =>
    fc.constantFrom({}, {}, {}, { domain_id: 'a' }, { system_scope: 'all' }, { system: 'all' }).map((scope) => ({
      ...held,
      ...scope,
    })),
  );
const target = fc.record(
  {
    k: rarely(text, scalar),
    name: scalar,
    level: fc.constantFrom(5, 6, '5'),
    tags: rarely(text, list),
    map: fc.constant({}),
  },
  { requiredKeys: ['k', 'map'] },
);

const FIELDS = [
  'user_id',
  'user.id',
  'user.domain.id',
  'user.groups.id',
  'user.tags',
  'user.level',
  'project_id',
  'flag',
];
const field = fc.oneof(
  { arbitrary: fc.constantFrom(...FIELDS), weight: 15 },
  { arbitrary: fc.constantFrom('roles', 'missing', 'user.missing.id', 'system', 'user'), weight: 1 },
);
const key = fc.constantFrom('k', 'k', 'k', 'name', 'level', 'tags', 'missing').map((name) => `%(${name})s`);
const literal = fc.constantFrom("'a'", '"b"', "'5'", "'None'", '5', '6', 'True', 'False', 'None');
const constant = fc.constantFrom('a', 'b', '5', 'True', 'None', '100%%', "b'");
const role = fc.constantFrom('admin', 'ADMIN', 'member', 'reader', 'service', 'nobody').map((name) => `role:${name}`);
const rule = fc.constantFrom('r1', 'r2', 'r3').map((name) => `rule:${name}`);
const pair = (left: fc.Arbitrary<string>, right: fc.Arbitrary<string>) =>
  fc.tuple(left, right).map((parts) => parts.join(':'));
/** Texts that the engine refuses, or that either engine might read in its own way. */
const ODD = [
  '',
  'admin',
  "'quoted'",
  'role:',
  'role:%(k)s',
  'user_id:%(k)s-%(k)s',
  'user_id:100%',
  "user_id:'a'",
  "'a:b':%(k)s",
  '(role:admin',
  'role:admin)',
  'role:admin role:member',
  'not',
  'rule:nowhere',
  'not rule:nowhere',
  'not rule:nowhere and @',
  'rule:cycle',
  'role:admin or rule:cycle',
  'rule:r%%1',
  '[1]:%(k)s',
];
const odd = fc.constantFrom(...ODD);

const { check } = fc.letrec<{ check: string }>((tie) => ({
  check: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.oneof(
      { arbitrary: role, weight: 5 },
      { arbitrary: pair(field, key), weight: 8 },
      { arbitrary: pair(field, constant), weight: 4 },
      { arbitrary: pair(literal, key), weight: 4 },
      { arbitrary: pair(literal, constant), weight: 1 },
      { arbitrary: rule, weight: 3 },
      { arbitrary: fc.constantFrom('@', '!', 'None:%(name)s', 'not None:%(name)s'), weight: 2 },
    ),
    tie('check').map((one) => `not ${one.includes(' ') ? `(${one})` : one}`),
    fc.tuple(tie('check'), fc.constantFrom('and', 'AND'), tie('check')).map((parts) => parts.join(' ')),
    fc.tuple(tie('check'), fc.constantFrom('or', 'Or'), tie('check')).map((parts) => parts.join(' ')),
    fc.tuple(tie('check'), tie('check'), tie('check')).map(([a, b, c]) => `(${a} or ${b}) and ${c}`),
  ),
}));
const anyCheck = fc.oneof(
  { arbitrary: check, weight: 60 },
  { arbitrary: odd, weight: 1 },
  { arbitrary: fc.tuple(check, odd).map((two) => two.join(' or ')), weight: 1 },
);

const sometimes = (value: fc.Arbitrary<unknown>, weight: number) =>
  fc.oneof({ arbitrary: fc.constant(undefined), weight }, { arbitrary: value, weight: 1 });

/** Rules may name those after them, so that they form no cycle but the one that is there on purpose. */
const rules = fc.tuple(anyCheck, check, check, check).map(([r0, r1, r2, r3]) => ({
  'thing:get': r0,
  r1: r1.replaceAll('rule:r1', '@'),
  r2: r2.replaceAll(/rule:r[12]/g, 'role:member'),
  r3: r3.replaceAll(/rule:r\d/g, 'user_id:%(k)s'),
  cycle: 'not rule:cycle',
}));

/** Cases over a small vocabulary, so that values often meet. Undefined members are not written. */
export const policyCase: fc.Arbitrary<CaseText> = fc.record({
  rules,
  rule: fc.oneof(
    { arbitrary: fc.constant('thing:get'), weight: 30 },
    { arbitrary: fc.constantFrom('r1', 'nowhere'), weight: 1 },
  ),
  check: sometimes(anyCheck, 6),
  scope_types: sometimes(fc.subarray(['system', 'domain', 'project'], { minLength: 1 }), 2),
  enforce_scope: fc.constantFrom(true, true, false),
  creds: credentials,
  target,
  overrides: sometimes(
    fc.record(
      { 'thing:get': anyCheck, 'thing:old': fc.oneof(anyCheck, fc.constant('rule:thing:get')), r3: role },
      { requiredKeys: [] },
    ),
    3,
  ),
  deprecated: sometimes(fc.record({ name: fc.constantFrom('thing:old', 'thing:get'), check_str: anyCheck }), 3),
  enforce_new_defaults: fc.boolean(),
  default_rule: sometimes(fc.constantFrom('r2', 'r3', 'nowhere'), 8),
});

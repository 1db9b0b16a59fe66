import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from './run-cli.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bailiwick-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function importService(name: string, content: string, ...options: string[]) {
  const file = join(folder, name);
  writeFileSync(file, content);
  const { code, out, err } = await runCli('policy', 'import-service', file, ...options);
  return { code, out: out.replaceAll(`${file}:`, ''), err: err.replaceAll(file, name) };
}

/** As `oslopolicy-sample-generator` writes it. */
const SAMPLE = `# Decides who is an administrator.
#"context_is_admin": "role:admin"

# "quoted": "prose" is no default
#"regular_user": ""

# Create a thing.
# POST  /things
# Intended scope(s): project
#"create_thing": "rule:context_is_admin or project_id:%(network:project_id)s"

# DEPRECATED
# "create_a_thing":"rule:regular_user and not
# field:things:shared=True" has been deprecated since 2.0 in favor of
# "create_thing":"rule:context_is_admin or
# project_id:%(network:project_id)s".
# The default changed.
# WARNING: A rule name change has been identified.
# "create_a_thing": "rule:create_thing"

#"os_things_api:create": "rule:context_is_admin"

# DEPRECATED
# "os_things_api:an_old_and_very_long_name_of_things:create":"rule:os_
# things_api:an_old_and_very_long_name_of_things:index" has been
# deprecated since 2.0 in favor of
# "os_things_api:create":"rule:context_is_admin".
# The default changed.

#"os_things_api:create-and-wait": "rule:context_is_admin"

# DEPRECATED
# "os_things_api:an-old-and-very-long-name-of-
# things:create":"rule:os_things_api:an_old-and-very-long-name-of-
# things:index or role:load-balancer_admin" has been deprecated since
# 2.0 in favor of "os_things_api:create-and-
# wait":"rule:context_is_admin".
# The default changed.

#"os_things_api:an_old_and_very_long_name_of_things:index": "@"
#"os_things_api:an_old-and-very-long-name-of-things:index": "@"
`;

describe('policy import-service', () => {
  test('ok: a sample with its defaults in comments, with warnings', async () => {
    const { code, out, err } = await importService('things.yaml', SAMPLE);
    expect([code, err, out.split('\n')]).toEqual([
      0,
      '',
      [
        '5: warning: EMPTY_CHECK: regular_user: rule regular_user: the check is empty, and read as @',
        "10: warning: SERVICE_CHECK: create_thing: deprecated check of create_thing: field: is neutron's own check, and says nothing here",
        '7 rules, 0 refused, 2 warnings',
        '',
      ],
    ]);
  });

  test('refused: warnings count when asked for', async () => {
    const { code, err } = await importService('things.yaml', SAMPLE, '--strict');
    expect([code, err]).toEqual([1, 'error: things.yaml has rules with warnings\n']);
  });

  test('refused: rules that policy evaluate would refuse, by line and rule', async () => {
    const rules = {
      admin: 'http://host/%(id)s',
      get: 'rule:admin',
      list: 'role:reader or rule:nowhere',
      cycle: 'not rule:cycle',
      fine: '@',
    };
    const sample = Object.entries(rules).map(([name, check]) => `#"${name}": "${check}"\n`);
    const { code, out, err } = await importService('wrong.yaml', sample.join('\n'));
    expect([code, err, out.split('\n')]).toEqual([
      1,
      'error: wrong.yaml has rules that would be refused\n',
      [
        '1: error: INVALID_CHECK: admin: rule admin, line 1, column 1: unknown credential field: http',
        '3: error: INVALID_CHECK: get: rule admin, line 1, column 1: unknown credential field: http',
        '5: error: UNDEFINED_RULE: list: rule list, line 1, column 16: unknown rule: nowhere',
        '7: error: CYCLIC_RULE: cycle: rule cycle, line 1, column 5: rules form a cycle: cycle -> cycle',
        '5 rules, 4 refused, 0 warnings',
        '',
      ],
    ]);
  });

  test('refused: a deprecated check that cannot be read', async () => {
    const wrong = SAMPLE.replace('rule:regular_user and not', 'rule:regular_user or (');
    const { code, out } = await importService('deprecated.yaml', wrong);
    expect([code, out]).toEqual([
      1,
      expect.stringContaining('10: error: INVALID_CHECK: create_thing: deprecated check of create_thing, line 1'),
    ]);
  });

  test('refused: an empty check that an operator wrote beside the defaults', async () => {
    const { code, out } = await importService('override.yaml', '#"a": "@"\n#"b": ""\n"a": ""\n"c": "rule:b"\n');
    expect([code, out.split('\n')]).toEqual([
      1,
      [
        '2: warning: EMPTY_CHECK: b: rule b: the check is empty, and read as @',
        '3: error: INVALID_CHECK: a: override of a, line 1, column 1: the check is empty; write @ for always',
        '4 rules, 1 refused, 1 warnings',
        '',
      ],
    ]);
  });

  test('ok: JSON, where all is a default', async () => {
    const rules = { default: '', 'thing:get': 'rule:default' };
    const { code, out } = await importService('things.json', JSON.stringify(rules, null, 2), '-o', 'json');
    expect([code, JSON.parse(out)]).toEqual([
      0,
      {
        file: join(folder, 'things.json'),
        rules: 2,
        refused: 0,
        warnings: 1,
        findings: [expect.objectContaining({ line: 2, severity: 'warning', code: 'EMPTY_CHECK', policy: 'default' })],
      },
    ]);
  });

  test('ok: lines of JSON, where each service has rules of its own', async () => {
    const lines = [
      { service: 'one', name: 'owner', check_str: 'project_id:%(project_id)s', deprecated: null },
      { service: 'one', name: 'get', check_str: 'rule:owner', deprecated: { name: 'old', check_str: '' } },
      { service: 'two', name: 'get', check_str: 'role:reader' },
    ].map((line) => JSON.stringify(line));
    const { code, out } = await importService('things.jsonl', lines.join('\n'));
    expect([code, out]).toEqual([
      0,
      '2: warning: EMPTY_CHECK: one get: deprecated check of get: the check is empty, and read as @\n3 rules, 0 refused, 1 warnings\n',
    ]);
  });

  test('ok: a long comment that never ends what it begins', async () => {
    const comment = `# DEPRECATED\n# "a":"${'" has been deprecated since '.repeat(30_000)}\n#"a": "@"\n`;
    const { code, out } = await importService('comment.yaml', comment);
    expect([code, out]).toEqual([0, '1 rules, 0 refused, 0 warnings\n']);
  });

  test('refused: rules that call each other in a very long chain, within seconds', async () => {
    const rules = Array.from({ length: 1300 }, (_, i) => [`r${i}`, `rule:r${i + 1}`]);
    const { code, out } = await importService('chain.json', JSON.stringify(Object.fromEntries(rules)), '-o', 'json');
    const { refused, findings } = JSON.parse(out);
    expect([code, refused]).toEqual([1, 1300]);
    expect(findings[0].message).toMatch(/rule r1025 expands to more than 1024 nodes/);
    expect(findings.at(-1).message).toMatch(/unknown rule: r1300/);
  });

  test('ok: the default policies of nova, neutron and glance, none of which is refused', async () => {
    const file = fileURLToPath(new URL('../fixtures/openstack-policies.jsonl', import.meta.url));
    const { code, out } = await runCli('policy', 'import-service', file);
    expect([code, out.trimEnd().split('\n').at(-1)]).toEqual([0, expect.stringMatching(/^646 rules, 0 refused, /)]);
  });

  test.each([
    [
      'a rule of another service',
      '{"service":"a","name":"x","check_str":"rule:y"}\n{"service":"b","name":"y","check_str":"@"}',
      '1: error: UNDEFINED_RULE: a x',
    ],
    ['a line that is no rule', '{"name":"x","check_str":"@"}\n{"name":"y"}', '2: error: INVALID_FILE: -: /check_str: '],
    ['a line that is not JSON', '{"name":"x","check_str":"@"}\nnonsense', '2: error: INVALID_FILE: -: '],
    ['a name that is given twice', '#"x": "@"\n#"x": "!"\n', '2: error: INVALID_FILE: x: there is another'],
    ['a check that is no text', 'x: [[]]\n', '1: error: INVALID_FILE: x: a check is a text'],
    ['what is not YAML', '"x": "@\n', ' error: INVALID_FILE: -: '],
    ['a list', '- x\n', '1: error: INVALID_FILE: -: the file is not a mapping'],
  ])('refused: %s', async (_what, content, told) => {
    const { code, out } = await importService('bad', content);
    expect([code, out]).toEqual([1, expect.stringContaining(told)]);
  });

  test.each([
    ['a file that is too large', ' '.repeat(1024 * 1024 + 1), /more than 1048576 bytes/],
    ['too many rules', Array.from({ length: 2001 }, (_, i) => `r${i}: "@"\n`).join(''), /more than 2000 rules/],
  ])('usage: %s', async (_what, content, message) => {
    expect(await importService('large.yaml', content)).toMatchObject({ code: 2, err: expect.stringMatching(message) });
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CREDENTIAL_FIELDS,
  type CredentialFields,
  type ParsedCheck,
  PolicySyntaxError,
  parseCheck,
  printCheck,
} from '../../../src/platform/policy/index.js';

const credentials: CredentialFields = new Map([...CREDENTIAL_FIELDS, ['context', 'map']]);
const parse = (text: string) => parseCheck(text, { origin: 'test', credentials });

/** A check without positions, so that shapes can be compared. */
function shape(check: ParsedCheck): unknown {
  return JSON.parse(JSON.stringify(check, (key, value: unknown) => (key === 'at' ? undefined : value)));
}

function refusal(text: string): { line: number; column: number; reason: string } {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof PolicySyntaxError) return { line: error.line, column: error.column, reason: error.reason };
    throw error;
  }
  throw new Error(`was not refused: ${text}`);
}

const role = (name: string) => ({ kind: 'role', name });

describe('parseCheck', () => {
  it.each([
    ['@', { kind: 'constant', allows: true }],
    ['!', { kind: 'constant', allows: false }],
    ['role:admin', role('admin')],
    ['role:compute:admin', role('compute:admin')],
    ['rule:owner', { kind: 'rule', name: 'owner' }],
    ['(((role:a)))', role('a')],
  ])('ok: %s', (text, expected) => {
    expect(shape(parse(text))).toEqual(expected);
  });

  it.each([
    ['project_id:%(project_id)s', { kind: 'credential', path: ['project_id'] }, { kind: 'key', name: 'project_id' }],
    ['user_id:%(owner.id)s', { kind: 'credential', path: ['user_id'] }, { kind: 'key', name: 'owner.id' }],
    [
      'project_id:%(network:project_id)s',
      { kind: 'credential', path: ['project_id'] },
      { kind: 'key', name: 'network:project_id' },
    ],
    ['context.a-b.c:x', { kind: 'credential', path: ['context', 'a-b', 'c'] }, { kind: 'text', text: 'x' }],
    ["'member':%(k)s", { kind: 'literal', value: 'member' }, { kind: 'key', name: 'k' }],
    [`"it's":%(k)s`, { kind: 'literal', value: "it's" }, { kind: 'key', name: 'k' }],
    ["'':%(k)s", { kind: 'literal', value: '' }, { kind: 'key', name: 'k' }],
    ['None:%(k)s', { kind: 'literal', value: null }, { kind: 'key', name: 'k' }],
    ['True:%(k)s', { kind: 'literal', value: true }, { kind: 'key', name: 'k' }],
    ['False:%(k)s', { kind: 'literal', value: false }, { kind: 'key', name: 'k' }],
    ['-12:%(k)s', { kind: 'literal', value: -12 }, { kind: 'key', name: 'k' }],
    ['9007199254740991:%(k)s', { kind: 'literal', value: 9007199254740991 }, { kind: 'key', name: 'k' }],
    ['0:%(k)s', { kind: 'literal', value: 0 }, { kind: 'key', name: 'k' }],
    ['agent_kind:100%%', { kind: 'credential', path: ['agent_kind'] }, { kind: 'text', text: '100%' }],
  ])('ok: %s compares', (text, known, matched) => {
    expect(shape(parse(text))).toEqual({ kind: 'comparison', known, matched });
  });

  it('ok: not binds tighter than and, and tighter than or', () => {
    expect(shape(parse('role:a or not role:b and role:c'))).toEqual({
      kind: 'or',
      of: [role('a'), { kind: 'and', of: [{ kind: 'not', of: role('b') }, role('c')] }],
    });
  });

  it('ok: parentheses override precedence, and words are read in any case', () => {
    expect(shape(parse('NOT (role:a OR role:b) And role:c'))).toEqual({
      kind: 'and',
      of: [{ kind: 'not', of: { kind: 'or', of: [role('a'), role('b')] } }, role('c')],
    });
  });

  it('ok: not may be repeated', () => {
    expect(shape(parse('not not role:a'))).toEqual({ kind: 'not', of: { kind: 'not', of: role('a') } });
  });

  it('ok: positions count lines and columns from one', () => {
    const check = parse('role:a or\r\n  (role:b\n\tand user_id:%(k)s)');
    expect(JSON.stringify(check)).toContain('"name":"b","at":{"line":2,"column":4}');
    expect(JSON.stringify(check)).toContain('"name":"k","at":{"line":3,"column":14}');
  });

  it.each([
    ['', 1, 1, /empty/],
    [' \n ', 1, 1, /empty/],
    ['()', 1, 2, /expected an operand/],
    ['admin', 1, 1, /needs a colon/],
    ["'admin'", 1, 1, /needs a colon/],
    ['role:a and admin', 1, 12, /needs a colon/],
    ['role:', 1, 5, /nothing after/],
    [':admin', 1, 1, /neither/],
    ['role:a\nand', 2, 4, /ends where/],
    ['or role:a', 1, 1, /expected an operand/],
    ['role:a role:b', 1, 8, /expected "and" or "or"/],
    ['role:a not role:b', 1, 8, /expected "and" or "or"/],
    ['(role:a role:b)', 1, 9, /expected "and" or "or"/],
    ['role:a and (role:b', 1, 12, /not closed/],
    ['role:a) or role:b', 1, 7, /no parenthesis is open/],
    ['(role:a)and(role:b)', 1, 8, /parenthesis/],
    ['tenant:%(k)s', 1, 1, /unknown credential field: tenant/],
    ['http://host/%(k)s', 1, 1, /unknown credential field: http/],
    ['user_id.name:%(k)s', 1, 1, /unknown credential field: user_id.name/],
    ['1.5:%(k)s', 1, 1, /neither/],
    ['007:%(k)s', 1, 1, /neither/],
    ['[1]:%(k)s', 1, 1, /neither/],
    ['9007199254740993:%(k)s', 1, 1, /out of range/],
    ["user_id:'bob'", 1, 9, /without quotes/],
    ['user_id:"bob"', 1, 9, /without quotes/],
    ["'a:%(k)s", 1, 1, /does not end/],
    ["'a'b:%(k)s", 1, 1, /does not end/],
    ["':%(k)s", 1, 1, /does not end/],
    ["'a'b':%(k)s", 1, 1, /does not end/],
    ["'a:b':%(k)s", 1, 1, /does not end/],
    ["'a':b'", 1, 6, /may not end with it/],
    ['rule:a%%b', 1, 6, /no percent sign/],
    ['context.a-:x', 1, 1, /neither/],
    ["'a\\n':%(k)s", 1, 1, /backslash/],
    ["'a b':%(k)s", 1, 1, /needs a colon/],
    ['None:text', 1, 6, /target key only/],
    ['role:%(k)s', 1, 6, /takes a name/],
    ['rule:%(k)s', 1, 6, /takes a name/],
    ['user_id:%(k)d', 1, 9, /stands alone/],
    ['user_id:x%(k)s', 1, 10, /stands alone/],
    ['user_id:%(k)s%(k)s', 1, 9, /stands alone/],
    ['user_id:100%', 1, 12, /stands alone/],
    ['user_id:%()s', 1, 9, /stands alone/],
    ['role:a(b', 1, 7, /parenthesis/],
    ['role:(a', 1, 6, /parenthesis/],
    ['role:a\u200b', 1, 7, /invisible/],
    ['role:a\u00a0or role:b', 1, 7, /invisible/],
    ['role:\0', 1, 6, /invisible/],
  ])('refused: %j', (text, line, column, reason) => {
    expect(refusal(text)).toEqual({ line, column, reason: expect.stringMatching(reason) });
  });

  it('refused: nesting deeper than the bound, without exhausting the stack', () => {
    expect(refusal(`${'('.repeat(4000)}@${')'.repeat(4000)}`).reason).toMatch(/nested deeper/);
    expect(refusal('not '.repeat(2000)).reason).toMatch(/nested deeper/);
  });

  it('ok: nesting just as deep as the bound; refused: one deeper', () => {
    const nested = (depth: number) => `${'('.repeat(depth)}@${')'.repeat(depth)}`;
    expect(shape(parse(nested(64)))).toEqual({ kind: 'constant', allows: true });
    expect(refusal(nested(65))).toEqual({ line: 1, column: 65, reason: 'nested deeper than 64' });
    expect(printCheck(parse(`${'not '.repeat(64)}@`))).toBe(`${'not '.repeat(64)}@`);
    expect(refusal(`${'not '.repeat(65)}@`).reason).toMatch(/nested deeper/);
    // What is closed again does not count.
    expect(parse(Array.from({ length: 100 }, () => '(@)').join(' or '))).toMatchObject({ kind: 'or' });
  });

  it('ok: a text just as long as the bound; refused: a longer one', () => {
    expect(shape(parse('@'.padEnd(8192)))).toEqual({ kind: 'constant', allows: true });
    expect(refusal('@'.padEnd(8193))).toMatchObject({
      line: 1,
      column: 1,
      reason: expect.stringMatching(/longer than/),
    });
  });

  it('refused: the message names the origin', () => {
    expect(() => parse('x')).toThrow('test, line 1, column 1: a word needs a colon: "x"');
  });

  it('ok: any text is parsed or refused, never anything else', () => {
    const piece = fc.constantFrom('(', ')', ' ', '\n', 'and', 'or', 'not', 'role:a', "'", '"', '%', '%(k)s', ':', '@');
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fc.oneof(piece, fc.string())).map((all) => all.join('')),
    );
    fc.assert(
      fc.property(text, (written) => {
        try {
          const check = parse(written);
          expect(shape(parse(printCheck(check)))).toEqual(shape(check));
        } catch (error) {
          if (!(error instanceof PolicySyntaxError)) throw error;
          expect(error.line).toBeGreaterThan(0);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('printCheck', () => {
  it.each([
    ['((role:a))  AND\n(role:b or  role:c)', 'role:a and (role:b or role:c)'],
    ['(role:a and role:b) or role:c', 'role:a and role:b or role:c'],
    ['(role:a or role:b) or role:c', 'role:a or role:b or role:c'],
    ['not (not (role:a))', 'not not role:a'],
    ['not (@ and !)', 'not (@ and !)'],
    ['"x":%(k)s or "it\'s":%(k)s', "'x':%(k)s or \"it's\":%(k)s"],
    ['context.a:1%% and None:%(a.b)s and False:%(c)s and -3:%(d)s', undefined],
  ])('ok: %j', (written, canonical) => {
    expect(printCheck(parse(written))).toBe(canonical ?? written);
  });

  it('ok: parses back to the same check', () => {
    fc.assert(
      fc.property(checkText(), (text) => {
        const once = printCheck(parse(text));
        expect(printCheck(parse(once))).toBe(once);
        expect(shape(parse(once))).toEqual(shape(parse(text)));
      }),
    );
  });
});

function checkText(): fc.Arbitrary<string> {
  const { check } = fc.letrec<{ check: string }>((tie) => ({
    check: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.constantFrom('@', '!', 'role:A', 'rule:r', 'user_id:%(k)s', "'it':%(k)s", 'context.x:5%%', 'None:%(k)s'),
      tie('check').map((inner) => `not (${inner})`),
      fc.tuple(tie('check'), tie('check')).map(([a, b]) => `(${a}) and (${b})`),
      fc.tuple(tie('check'), tie('check')).map(([a, b]) => `(${a}) or (${b})`),
    ),
  }));
  return check;
}

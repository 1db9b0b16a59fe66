import { readFileSync } from 'node:fs';
import { type CaseAnswer, readCase } from '../../src/cli/identity/policies/cases.js';
import { readCaseCheck } from '../../src/platform/policy/analysis/cases.js';
import {
  ABSENT,
  type Check,
  type CredentialMap,
  compileForRow,
  FALSE,
  printCheck,
  type TargetValue,
  TRUE,
  type Truth,
} from '../../src/platform/policy/index.js';
import { type Atom, atomsOf } from '../../src/platform/policy/language/ast.js';
import { and, not, or } from '../../src/platform/policy/language/truth.js';
import { NULL_TEXT, readCredential } from '../../src/platform/policy/language/values.js';
import type { OsloReference } from './oslo-reference.js';
import type { CaseText } from './policy-cases.js';

/** The classes that the documentation names: the first column of its table of stricter answers. */
export function documentedClasses(): readonly string[] {
  const page = readFileSync(new URL('../../docs/policy-language.md', import.meta.url), 'utf8');
  const section = page.split('## Compared with oslo.policy')[1]?.split('\n## ')[0] ?? '';
  return [...section.matchAll(/^\| ([a-z][^|]*?) +\|/gm)].map(([, name = '']) => name);
}

/**
 * Why an answer is stricter than the reference's, which is `allow`. A denial is explained atom by atom: the reference is
 * asked about each; those that are not ABSENT here must be what it says; and its values for the ABSENT ones of one class
 * must be enough to turn the denial. Anything else is unexplained.
 */
export async function classOf(given: CaseText, ours: CaseAnswer, reference: OsloReference): Promise<string> {
  if (ours.decision === 'refused') return refusalClass(ours.message ?? '');
  const { credentials, target, check } = readWhole(given);
  if (ours.decision === 'invalid_scope') {
    const hasScope = ['system', 'system_scope', 'domain_id', 'project_id'].some((field) => credentials[field]);
    return hasScope ? 'unexplained: scope' : 'unscoped token';
  }
  const atoms = new Map<string, { readonly own: Truth; readonly said: Truth; readonly name: string }>();
  for (const atom of atomsOf(check)) {
    const text = printCheck(atom);
    const line = JSON.stringify({ check: text, creds: given.creds, target: given.target });
    const said = (await reference.decide(line)) === 'allow' ? TRUE : FALSE;
    const own = compileForRow<typeof target>(atom, (key) => (row) => row[key])(credentials, target);
    if (own !== ABSENT && own !== said) return `unexplained: ${text}`;
    atoms.set(text, { own, said, name: own === ABSENT ? absenceClass(atom, credentials, target) : 'none' });
  }
  const turns = (isTaken: (name: string) => boolean) =>
    evaluate(check, (atom) => {
      const { own, said, name } = atoms.get(printCheck(atom)) ?? { own: ABSENT, said: ABSENT, name: 'none' };
      return isTaken(name) ? said : own;
    }) === TRUE;
  for (const { name } of atoms.values()) if (turns((one) => one === name)) return name;
  return turns(() => true) ? 'several of these' : 'unexplained: the tree';
}

function readWhole(given: CaseText) {
  const read = readCase(JSON.parse(JSON.stringify(given)));
  return {
    check: readCaseCheck(read),
    credentials: read.credentials,
    target: read.target as Readonly<Record<string, TargetValue>>,
  };
}

function refusalClass(message: string): string {
  if (message.includes('the check is empty')) return 'empty check';
  if (/unknown rule|there is no rule/.test(message)) return 'undefined rule';
  if (message.includes('rules form a cycle')) return 'cyclic rule';
  return /^(credential|target key) /.test(message) ? 'value that cannot be compared' : 'malformed check';
}

function absenceClass(atom: Atom, credentials: CredentialMap, target: Readonly<Record<string, TargetValue>>): string {
  if (atom.kind !== 'comparison' || atom.matched.kind === 'text') return 'absent value';
  const { known } = atom;
  const other = target[atom.matched.name];
  if (known.kind === 'literal' && known.value === null) return other === NULL_TEXT ? 'the text None' : 'absent value';
  const values = known.kind === 'literal' ? [known.value] : readCredential(credentials, known.path);
  return values.length === 0 || other === undefined || other === null ? 'absent value' : 'value of another type';
}

function evaluate(check: Check, truthOf: (atom: Atom) => Truth): Truth {
  switch (check.kind) {
    case 'rule':
      return evaluate(check.body, truthOf);
    case 'not':
      return not(evaluate(check.of, truthOf));
    case 'and':
      return check.of.map((operand) => evaluate(operand, truthOf)).reduce(and, TRUE);
    case 'or':
      return check.of.map((operand) => evaluate(operand, truthOf)).reduce(or, FALSE);
    default:
      return truthOf(check);
  }
}

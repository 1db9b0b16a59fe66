import type { Check } from '../language/ast.js';
import { PolicyError } from '../language/errors.js';
import { printCheck } from '../language/print.js';
import { ABSENT, FALSE, mayBeTrue, TRUE, type Truth } from '../language/truth.js';
import {
  type CredentialMap,
  isList,
  RelatedTexts,
  readCredential,
  type Scalar,
  type TargetValue,
} from '../language/values.js';
import { boundaryOf, type CompiledPolicy, targetKey } from './compile.js';
import { compileForOperation, compileForRow } from './evaluate.js';
import type { Subject } from './policy.js';
import { hasType, type Target, type TargetValues, valueAt } from './target.js';

export type Verdict = 'TRUE' | 'FALSE' | 'ABSENT' | 'OPEN';

/** One node of a check, with its value. */
export interface ExplainedCheck {
  /** The node in canonical form. */
  readonly check: string;
  readonly kind: Check['kind'];
  readonly value: Verdict;
  /** Whether the decision depends on this node: every node above it took its value from it. */
  readonly isDeciding: boolean;
  /** The caller's values of the field that the node names; absent for a node without a field. */
  readonly held?: readonly Scalar[];
  /** The target's value of the key that the node names, when a target was given. */
  readonly target?: TargetValue;
  readonly of: readonly ExplainedCheck[];
}

/** The parts of a decision. The tree is null if only the scope decides; its first operand is the boundary, if any. */
export interface Explanation {
  readonly scope: { readonly held: Subject['scope']; readonly passes: boolean };
  readonly tree: ExplainedCheck | null;
  /** The boundary alone, without the result of the check. */
  readonly boundary: ExplainedCheck | null;
}

/**
 * Explains what a policy decides, on a target's values or, without them, before any row is known.
 *
 * @throws PolicyError for a target that cannot be a row of the policy.
 */
export function explainPolicy(
  { policy, byScope }: CompiledPolicy,
  { scope, credentials }: Subject,
  target: TargetValues | undefined,
): Explanation {
  if (target !== undefined) refuseTarget(policy.name, policy.target, target);
  const tests = byScope.get(scope);
  if (tests === undefined) return { scope: { held: scope, passes: false }, tree: null, boundary: null };
  const values: Values = {
    credentials,
    target,
    valueOf: (check) => verdictOf(check, credentials, policy.target, target),
  };
  return {
    scope: { held: scope, passes: true },
    tree: explainCheck(tests.check, values, true),
    boundary: tests.hasBoundary ? explainCheck(boundaryOf(tests), values, true) : null,
  };
}

interface Values {
  readonly credentials: CredentialMap;
  readonly target: TargetValues | undefined;
  readonly valueOf: (check: Check) => Verdict;
}

function explainCheck(check: Check, values: Values, isDeciding: boolean): ExplainedCheck {
  const value = values.valueOf(check);
  const operands = operandsOf(check);
  const verdicts = operands.map(values.valueOf);
  const decides = decidingOperands(check.kind, value, verdicts);
  return {
    check: printCheck(check),
    kind: check.kind,
    value,
    isDeciding,
    ...heldBy(check, values),
    of: operands.map((operand, index) => explainCheck(operand, values, isDeciding && decides(index))),
  };
}

function operandsOf(check: Check): readonly Check[] {
  switch (check.kind) {
    case 'and':
    case 'or':
      return check.of;
    case 'not':
      return [check.of];
    case 'rule':
      return [check.body];
    default:
      return [];
  }
}

/** One operand may decide a junction; otherwise those that kept it from the other value do, or all of them. */
function decidingOperands(kind: Check['kind'], value: Verdict, of: readonly Verdict[]): (index: number) => boolean {
  if (kind !== 'and' && kind !== 'or') return () => true;
  const [decisive, neutral] = kind === 'and' ? ['FALSE', 'TRUE'] : ['TRUE', 'FALSE'];
  if (value === decisive && of.includes(value)) return (index) => index === of.indexOf(value);
  return of.every((verdict) => verdict === neutral) ? () => true : (index) => of[index] !== neutral;
}

function heldBy(check: Check, { credentials, target }: Values): Pick<ExplainedCheck, 'held' | 'target'> {
  if (check.kind === 'role') return { held: readCredential(credentials, ['roles']) };
  if (check.kind !== 'comparison') return {};
  const { known, matched } = check;
  return {
    ...(known.kind === 'credential' && { held: readCredential(credentials, known.path) }),
    ...(matched.kind === 'key' && target !== undefined && { target: valueAt(target, matched.name) ?? null }),
  };
}

const NAMES = new Map<Truth, Verdict>([
  [TRUE, 'TRUE'],
  [FALSE, 'FALSE'],
  [ABSENT, 'ABSENT'],
]);

function verdictOf(
  check: Check,
  credentials: CredentialMap,
  declared: Target | undefined,
  target: TargetValues | undefined,
): Verdict {
  const onTarget = (values: TargetValues) =>
    compileForRow<TargetValues>(check, (key) => (row) => valueAt(row, key))(credentials, values);
  if (target !== undefined) return NAMES.get(onTarget(target)) ?? 'OPEN';
  // A check that is TRUE without any key stays so, whatever the row holds.
  if (onTarget({}) === TRUE) return 'TRUE';
  const foreseen = compileForOperation(check, (key) => targetKey(declared, key).type)(credentials);
  return mayBeTrue(foreseen) ? 'OPEN' : (NAMES.get(foreseen) ?? 'OPEN');
}

function refuseTarget(policy: string, declared: Target | undefined, target: TargetValues): void {
  for (const [name, value] of Object.entries(target)) {
    const key = declared?.keys.get(name);
    if (key === undefined) throw new PolicyError(`policy ${policy}: unknown target key: ${name}`);
    if (value instanceof RelatedTexts && key.relation) continue;
    const items: readonly unknown[] = isList(value) ? value : [value];
    const fits = items.every((item) => item === null || (isScalar(item) && hasType(key.type, item)));
    if (!fits || (value !== null && isList(value) !== (key.list ?? false))) {
      const wanted = `${key.list ? 'a list of ' : ''}${key.type}`;
      throw new PolicyError(`policy ${policy}: target key ${name} is ${wanted}, or null`);
    }
  }
}

function isScalar(value: unknown): value is Scalar {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

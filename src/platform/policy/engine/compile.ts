import type { PgTable } from 'drizzle-orm/pg-core';
import type { Check } from '../language/ast.js';
import { PolicyError } from '../language/errors.js';
import type { Rules } from '../language/expand.js';
import { printCheck } from '../language/print.js';
import type { Truth } from '../language/truth.js';
import type { CredentialMap } from '../language/values.js';
import { readBoundary } from './boundary.js';
import { compileForOperation, compileForRow, type Test } from './evaluate.js';
import { type Policy, SCOPE_TYPES, type ScopeKey, type Subject, scopesOf } from './policy.js';
import { readPart } from './read-part.js';
import { relatedTo, type Target, type TargetKey, type TargetValues, valueAt } from './target.js';

/** How a policy decides in one scope: boundary AND check, ready for each of the three answers. */
export interface ScopedTests {
  /** Boundary AND check. */
  readonly check: Check;
  /** Whether `check` consists of a boundary and a check, in this order. */
  readonly hasBoundary: boolean;
  readonly row: Test<object>;
  readonly values: Test<TargetValues>;
  readonly operation: (credentials: CredentialMap) => Truth;
}

/** A policy's text for one scope, in canonical form. */
export interface ScopeText {
  readonly scope: ScopeKey;
  readonly boundary: string | null;
  /** The check in force. */
  readonly check: string;
  /** The check as declared, before any override. */
  readonly defaultCheck: string;
}

export interface CompiledPolicy {
  readonly policy: Policy;
  readonly texts: readonly ScopeText[];
  /** Only the scopes that the policy accepts have an entry, so that a look-up decides the scope. */
  readonly byScope: ReadonlyMap<Subject['scope'], ScopedTests>;
}

export interface CompileOptions {
  readonly rules: Rules;
  /** The operator's check, in force in every scope instead of the declared one. */
  readonly override: string | undefined;
  readonly enforceNewDefaults: boolean;
}

/**
 * Compiles a policy once, for all decisions. It reads every part, also those not in force, so that an unusable text is
 * refused now and not on the day when it comes into force.
 *
 * @throws PolicySyntaxError that names the policy, its part, line and column.
 */
export function compilePolicy(policy: Policy, options: CompileOptions): CompiledPolicy {
  const texts: ScopeText[] = [];
  const byScope = new Map<Subject['scope'], ScopedTests>();
  for (const [scope, declared] of scopesOf(policy)) {
    const read = (text: string, part: string) =>
      readPart(text, `policy ${policy.name}, ${part}`, policy.target, options.rules);
    const boundary = readBoundary(
      declared.boundary,
      `policy ${policy.name}, boundary for scope ${scope}`,
      policy.target,
    );
    const declaredCheck = read(declared.check, `check for scope ${scope}`);
    const deprecated = policy.deprecated && read(policy.deprecated.check, 'deprecated check');
    const override = options.override === undefined ? undefined : read(options.override, 'override');
    const check =
      override ?? (deprecated && !options.enforceNewDefaults ? either(declaredCheck, deprecated) : declaredCheck);
    texts.push({
      scope,
      boundary: boundary ? printCheck(boundary) : null,
      check: printCheck(check),
      defaultCheck: printCheck(declaredCheck),
    });
    const both: Check = boundary ? { kind: 'and', of: [boundary, check] } : check;
    const tests = compileScope(both, boundary !== undefined, policy.target);
    for (const passing of scopesPassing(scope)) byScope.set(passing, tests);
  }
  return { policy, texts, byScope };
}

function either(a: Check, b: Check): Check {
  return { kind: 'or', of: [a, b] };
}

function scopesPassing(scope: ScopeKey): readonly Subject['scope'][] {
  if (scope === 'public') return [...SCOPE_TYPES, 'unscoped', null];
  if (scope === 'authenticated') return [...SCOPE_TYPES, 'unscoped'];
  return [scope];
}

/** The boundary of a scope; without one, a check that always allows. */
export function boundaryOf({ check, hasBoundary }: ScopedTests): Check {
  const boundary = hasBoundary && check.kind === 'and' ? check.of[0] : undefined;
  return boundary ?? { kind: 'constant', allows: true, at: { line: 1, column: 1 } };
}

function compileScope(check: Check, hasBoundary: boolean, target: Target | undefined): ScopedTests {
  return {
    check,
    hasBoundary,
    row: compileForRow<object>(check, (key) => {
      const declared = targetKey(target, key);
      return declared.relation ? (row) => relatedTo(row, declared) : (row) => declared.row(row);
    }),
    values: compileForRow<TargetValues>(check, (key) => (values) => valueAt(values, key)),
    operation: compileForOperation(check, (key) => targetKey(target, key).type),
  };
}

/** A key that `expandCheck` has already found. */
export function targetKey(target: Target | undefined, key: string): TargetKey<object, PgTable> {
  const declared = target?.keys.get(key);
  if (declared === undefined) throw new PolicyError(`unknown target key: ${key}`);
  return declared;
}

import { compileForRow } from '../engine/evaluate.js';
import type { PolicyName, ScopeKey, Subject } from '../engine/policy.js';
import type { PolicyRegistry } from '../engine/registry.js';
import type { TargetValues } from '../engine/target.js';
import type { Check } from '../language/ast.js';
import { isSameCheck } from '../language/same.js';
import { TRUE } from '../language/truth.js';
import { findAccess, type SearchBudget, type SearchResult } from './implication.js';
import { ANY_ROW, sampleRows } from './samples.js';
import { type RoleImplication, worldOf } from './worlds.js';

/** A caller that represents all of its kind. */
export interface Persona {
  readonly name: string;
  readonly subject: Subject;
}

/** One cell of the decision matrix that another set of overrides changes. */
export interface ChangedCell {
  readonly policy: PolicyName;
  readonly persona: string;
  readonly scope: Subject['scope'];
  /** Whose row it is; `any row` asks whether there could be an allowed one. */
  readonly target: string;
  readonly isAllowed: { readonly before: boolean; readonly after: boolean };
}

/** The policies whose checks differ between two registries of the same declarations, or whose rules do. */
export function changedPolicies(before: PolicyRegistry, after: PolicyRegistry): readonly PolicyName[] {
  return before
    .list()
    .map(({ name }) => name)
    .filter((name) => changedChecks(name, before, after).length > 0);
}

interface ChangedCheck {
  readonly scope: ScopeKey;
  readonly old: Check;
  readonly young: Check;
}

/** The checks of a policy, boundaries included, that differ; those of the scopes that it accepts. */
function changedChecks(policy: PolicyName, before: PolicyRegistry, after: PolicyRegistry): readonly ChangedCheck[] {
  return (before.get(policy)?.scopes ?? []).flatMap(({ scope }) => {
    const held: Subject['scope'] = scope === 'authenticated' || scope === 'public' ? 'unscoped' : scope;
    const [old, young] = [before.checkFor(policy, held), after.checkFor(policy, held)];
    return !old || !young || isSameCheck(old, young) ? [] : [{ scope, old, young }];
  });
}

/** The cells of one policy that change, for every persona and every sample row. */
export function changedCells(
  policy: PolicyName,
  before: PolicyRegistry,
  after: PolicyRegistry,
  personas: readonly Persona[],
): readonly ChangedCell[] {
  return personas.flatMap(({ name, subject }) => {
    const [old, young] = [before, after].map((registry) => decider(registry, policy, subject));
    return [...targetsOf(policy, before, after, subject)].flatMap(([target, values]) => {
      const isAllowed = { before: old?.(values) ?? false, after: young?.(values) ?? false };
      if (isAllowed.before === isAllowed.after) return [];
      return [{ policy, persona: name, scope: subject.scope, target, isAllowed }];
    });
  });
}

/** What to ask a policy for one caller: any row, and one row of each kind when its checks look at rows. */
export function targetsOf(
  policy: PolicyName,
  before: PolicyRegistry,
  after: PolicyRegistry,
  subject: Subject,
): ReadonlyMap<string, TargetValues | null> {
  const target = before.targetOf(policy);
  const checks = [before, after].flatMap((registry) => registry.checkFor(policy, subject.scope) ?? []);
  return new Map([[ANY_ROW, null], ...(target ? sampleRows(target, checks, subject.credentials) : [])]);
}

function decider(registry: PolicyRegistry, policy: PolicyName, subject: Subject) {
  const check = registry.checkFor(policy, subject.scope);
  if (check === undefined) return () => false;
  const onRow = compileForRow<TargetValues>(check, (key) => (row) => row[key] ?? null);
  return (values: TargetValues | null) =>
    values === null
      ? registry.decideOperation(policy, subject).outcome === 'ALLOWED'
      : onRow(subject.credentials, values) === TRUE;
}

/** Whether a policy gives access in one scope that it did not give before, to any caller, on any row. */
export interface AccessProof {
  readonly policy: PolicyName;
  readonly scope: ScopeKey;
  readonly result: SearchResult;
}

/** Compares what a policy's checks allow as propositions, boundary included, scope by scope. */
export function proveAccess(
  policy: PolicyName,
  before: PolicyRegistry,
  after: PolicyRegistry,
  implies: RoleImplication,
  budget: SearchBudget,
): readonly AccessProof[] {
  const target = before.targetOf(policy);
  return changedChecks(policy, before, after).map(({ scope, old, young }) => ({
    policy,
    scope,
    result: findAccess(young, old, worldOf(scope, target, implies), budget),
  }));
}

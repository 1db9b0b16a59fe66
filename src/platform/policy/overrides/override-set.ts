import { findAccess } from '../analysis/implication.js';
import { type RoleImplication, worldOf } from '../analysis/worlds.js';
import { readBoundary } from '../engine/boundary.js';
import { overrideFor } from '../engine/override-for.js';
import { type Policy, scopesOf } from '../engine/policy.js';
import { readPart } from '../engine/read-part.js';
import { buildRegistry, type PolicyRegistry, type RegistryInput } from '../engine/registry.js';
import { checkRule, parseRule, readRules } from '../engine/rules.js';
import type { Check, ParsedCheck } from '../language/ast.js';
import { PolicyError, PolicySyntaxError, type SyntaxCode } from '../language/errors.js';

/** One entry of a policy file: the name of a policy or of a rule, and its check. */
export interface FileEntry {
  readonly name: string;
  readonly check: string;
}

/** What operators put in place of the declared checks: the content of a policy file, or of a revision. */
export interface OverrideSet {
  readonly entries: readonly FileEntry[];
  readonly enforceNewDefaults: boolean;
}

/** Why an entry cannot be used. */
export interface Fault {
  readonly name: string;
  readonly code: SyntaxCode | 'UNKNOWN_POLICY' | 'PUBLIC_POLICY';
  /** With line and column for a syntax error in the check. */
  readonly message: string;
}

/** Policies are named `resource:verb`, so a name without a colon is a rule's. */
export const isRule = (name: string) => !name.includes(':');

/** The rules and the overrides in the entries, as a registry takes them. */
export function separate(entries: readonly FileEntry[]): {
  readonly rules: Readonly<Record<string, string>>;
  readonly overrides: Readonly<Record<string, string>>;
} {
  const some = (wanted: boolean) =>
    Object.fromEntries(entries.filter(({ name }) => isRule(name) === wanted).map(({ name, check }) => [name, check]));
  return { rules: some(true), overrides: some(false) };
}

/** The policies that an entry applies to: the one with its name, and those that had the name before. */
const concerned = (name: string, policies: readonly Policy[]) =>
  policies.filter((policy) => policy.name === name || policy.deprecated?.name === name);

/** The rules that checks may name under a set. An unreadable text removes its rule, even a built-in one. */
export function rulesUnder(
  entries: readonly FileEntry[],
  declared: Pick<RegistryInput, 'rules'>,
  faults: Fault[] = [],
): ReadonlyMap<string, ParsedCheck> {
  const rules = readRules(declared.rules);
  const own = entries.filter(({ name }) => isRule(name));
  for (const { name, check } of own) {
    rules.delete(name);
    faults.push(...refusals(name, () => rules.set(name, parseRule(name, check))));
  }
  for (const { name } of own) {
    const check = rules.get(name);
    if (check) faults.push(...refusals(name, () => checkRule(name, check, rules)));
  }
  return rules;
}

/** Every reason why a set cannot be used as it is. */
export function faultsOf(
  { entries }: OverrideSet,
  declared: Pick<RegistryInput, 'rules' | 'policies'>,
): readonly Fault[] {
  const faults: Fault[] = [];
  const rules = rulesUnder(entries, declared, faults);
  for (const entry of entries.filter(({ name }) => !isRule(name))) {
    const policies = concerned(entry.name, declared.policies);
    if (policies.length === 0)
      faults.push({ name: entry.name, code: 'UNKNOWN_POLICY', message: 'there is no such policy' });
    for (const policy of policies) faults.push(...faultsIn(entry, policy, rules));
  }
  return faults;
}

function faultsIn(
  { name, check }: FileEntry,
  policy: Policy,
  rules: ReadonlyMap<string, ParsedCheck>,
): readonly Fault[] {
  if (policy.scopeTypes === 'public')
    return [{ name, code: 'PUBLIC_POLICY', message: 'the policy is public, and stays so' }];
  if (name !== policy.name && check.trim() === `rule:${policy.name}`) return [];
  return refusals(name, () => readPart(check, `policy ${policy.name}, override`, policy.target, rules));
}

function refusals(name: string, step: () => unknown): readonly Fault[] {
  try {
    step();
    return [];
  } catch (error) {
    if (error instanceof PolicySyntaxError) return [{ name, code: error.code, message: error.message }];
    if (error instanceof PolicyError) return [{ name, code: 'INVALID_CHECK', message: error.message }];
    throw error;
  }
}

/**
 * The registry under a set that may have been written for another version: entries for no policy of this version are
 * left out, and a policy whose check cannot be used denies. It never falls back to its default, which may allow more
 * than the author of the check wanted.
 */
export function registryUnder(
  set: OverrideSet,
  declared: RegistryInput,
): { readonly registry: PolicyRegistry; readonly faults: readonly Fault[] } {
  const faults = faultsOf(set, declared);
  const faultOf = new Map(faults.map((fault) => [fault.name, fault]));
  const usable = set.entries.flatMap((entry): readonly FileEntry[] => {
    const code = faultOf.get(entry.name)?.code;
    if (code === undefined) return [entry];
    const isGone = code === 'UNKNOWN_POLICY' || code === 'PUBLIC_POLICY' || isRule(entry.name);
    return isGone ? [] : [{ name: entry.name, check: '!' }];
  });
  return { registry: strictRegistry({ ...set, entries: usable }, declared), faults };
}

/** The registry under a set without faults. @throws PolicyError otherwise. */
export function strictRegistry({ entries, enforceNewDefaults }: OverrideSet, declared: RegistryInput): PolicyRegistry {
  const { rules, overrides } = separate(entries);
  return buildRegistry({ ...declared, rules: { ...declared.rules, ...rules }, overrides, enforceNewDefaults });
}

const ADMINISTRATOR = 'role:admin and system_scope:all';

/** The essential policies that a set without faults takes, or may take, from administrators of the system. */
export function lockedOut(set: OverrideSet, declared: RegistryInput, implies: RoleImplication): readonly string[] {
  const { overrides } = separate(set.entries);
  const rules = rulesUnder(set.entries, declared);
  return declared.policies.filter((policy) => policy.isEssential && takesAway(policy)).map(({ name }) => name);

  function takesAway(policy: Policy): boolean {
    const inSystem = scopesOf(policy).get('system');
    if (inSystem === undefined) return false;
    const origin = `policy ${policy.name}`;
    const boundary = readBoundary(inSystem.boundary, origin, policy.target);
    const within = (body: Check): Check => (boundary ? { kind: 'and', of: [boundary, body] } : body);
    const read = (text: string) => readPart(text, origin, policy.target, rules);
    // Without an override too: the set may replace a rule of the default.
    const inForce: Check = { kind: 'or', of: textsInForce(policy, inSystem.check).map(read) };
    const world = worldOf('system', policy.target, implies);
    return findAccess(within(read(ADMINISTRATOR)), within(inForce), world) !== 'none';
  }

  /** Any of them allows. */
  function textsInForce(policy: Policy, check: string): readonly string[] {
    const override = overrideFor(policy, overrides);
    if (override !== undefined) return [override];
    return policy.deprecated && !set.enforceNewDefaults ? [check, policy.deprecated.check] : [check];
  }
}

import { compileForRow } from '../engine/evaluate.js';
import { overrideFor, textAt } from '../engine/override-for.js';
import type { Check, ParsedCheck } from '../language/ast.js';
import { PolicyError } from '../language/errors.js';
import { expandCheck, type Rules } from '../language/expand.js';
import { TRUE } from '../language/truth.js';
import type { CredentialMap, TargetValue } from '../language/values.js';
import { refuseAmbiguousValues, refuseNumber } from './case-values.js';
import {
  type CheckWarning,
  parseServiceCheck,
  parseServiceDefault,
  type Warn,
  withoutServiceKinds,
} from './service-checks.js';

/** One question to decide as oslo.policy would, on policies that come with it. There is no boundary. */
export interface PolicyCase {
  readonly rules: Readonly<Record<string, string>>;
  /** The rule to decide, or a check in its place. */
  readonly subject: { readonly rule: string } | { readonly check: string };
  /** Scope types of the check or of the declared rule; ignored for a rule that `rules` lacks. Empty: any scope. */
  readonly scopeTypes: readonly string[];
  readonly enforceScope: boolean;
  readonly credentials: CredentialMap;
  readonly target: Readonly<Record<string, unknown>>;
  readonly overrides: Readonly<Record<string, string>>;
  /** The rule's earlier name and check. */
  readonly deprecated: { readonly name: string; readonly check: string } | undefined;
  readonly enforceNewDefaults: boolean;
  /** The rule in place of those that are not defined. */
  readonly defaultRule: string | undefined;
}

export type CaseDecision = 'allow' | 'deny' | 'invalid_scope';

/** The decision, and warnings about the texts that it was based on. */
export interface CaseOutcome {
  readonly decision: CaseDecision;
  readonly warnings: readonly CheckWarning[];
}

/**
 * Decides one case with the engine of the server.
 *
 * @throws PolicyError for what the engine refuses: a text, or values whose comparison depends on their printed form.
 */
export function decideCase(given: PolicyCase): CaseOutcome {
  const warnings: CheckWarning[] = [];
  const check = readCaseCheck(given, (warning) => warnings.push(warning));
  return { decision: decide(given, check), warnings };
}

function decide(given: PolicyCase, check: Check): CaseDecision {
  const credentials = withSystem(withoutServiceKinds(given.credentials));
  refuseAmbiguousValues(check, credentials, given.target);
  const scopeTypes = scopeTypesOf(given);
  if (given.enforceScope && scopeTypes.length > 0 && !scopeTypes.includes(scopeHeld(credentials)))
    return 'invalid_scope';
  // Lists and maps were refused where the check reads them.
  const target = given.target as Readonly<Record<string, TargetValue>>;
  const test = compileForRow<typeof target>(check, (key) => (row) => (Object.hasOwn(row, key) ? row[key] : undefined));
  return test(credentials, target) === TRUE ? 'allow' : 'deny';
}

/** A rule that is not declared has no scope types in oslo.policy, also where the default rule decides for it. */
function scopeTypesOf({ subject, rules, scopeTypes }: PolicyCase): readonly string[] {
  return 'rule' in subject && textAt(rules, subject.rule) === undefined ? [] : scopeTypes;
}

/** The check that decides a case, with its rules expanded. @throws PolicyError for a text that is refused. */
export function readCaseCheck(given: PolicyCase, warn: Warn = () => {}): Check {
  const { subject, defaultRule } = given;
  const name = 'rule' in subject ? subject.rule : undefined;
  const decided =
    'rule' in subject ? ruleInForce(given, subject.rule, warn) : parseServiceCheck(subject.check, 'the check', warn);
  const rules: Rules = {
    get: (wanted) => {
      if (wanted === name && decided) return decided;
      return (
        readRule(given, wanted, warn) ?? (defaultRule === undefined ? undefined : readRule(given, defaultRule, warn))
      );
    },
  };
  const origin = name === undefined ? 'the check' : `rule ${name}`;
  const parsed = decided ?? (name === undefined ? undefined : rules.get(name));
  if (parsed === undefined) throw new PolicyError(`there is no rule ${name}`);
  return expandCheck(parsed, { origin, rules, hasKey: () => true });
}

/** What `rule:NAME` calls; undefined for a rule that is neither declared nor overridden. */
function readRule({ rules, overrides }: PolicyCase, name: string, warn: Warn): ParsedCheck | undefined {
  const override = textAt(overrides, name);
  if (override !== undefined) return parseServiceCheck(override, `override of ${name}`, warn);
  const text = textAt(rules, name);
  return text === undefined ? undefined : parseServiceDefault(text, `rule ${name}`, warn);
}

/** The rule's own text, or what replaces it; undefined for a rule without one. */
function ruleInForce(given: PolicyCase, name: string, warn: Warn): ParsedCheck | undefined {
  const { deprecated, overrides, rules, enforceNewDefaults } = given;
  const old = deprecated && parseServiceDefault(deprecated.check, `deprecated check of ${name}`, warn);
  const text = textAt(rules, name);
  // A rule without a default was never renamed either.
  const override = overrideFor({ name, deprecated: text === undefined ? undefined : deprecated }, overrides);
  if (text === undefined && override !== undefined)
    throw new PolicyError(`there is no rule ${name}; an override does not define one`);
  if (override !== undefined) return parseServiceCheck(override, `override of ${name}`, warn);
  if (text === undefined) return undefined;
  const check = parseServiceDefault(text, `rule ${name}`, warn);
  return old && !enforceNewDefaults ? { kind: 'or', of: [check, old] } : check;
}

/** oslo.policy reads the older field `system` and sets it from `system_scope`. */
function withSystem(credentials: CredentialMap): CredentialMap {
  return isGiven(credentials.system_scope) ? { ...credentials, system: credentials.system_scope } : credentials;
}

function scopeHeld(credentials: CredentialMap): string {
  // How a fractional number was written is no longer known, and 0.0 is no scope.
  const holds = (field: string) => {
    refuseNumber(credentials[field], `credential ${field}`);
    return isGiven(credentials[field]);
  };
  if (holds('system')) return 'system';
  if (holds('domain_id')) return 'domain';
  return holds('project_id') ? 'project' : 'unscoped';
}

/** Whether Python treats a value as true. */
function isGiven(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return Boolean(value);
  return (Array.isArray(value) ? value : Object.keys(value)).length > 0;
}

import { refuseAmbiguousValues } from './case-values.js';
import { PolicyError } from './errors.js';
import { compileForRow } from './evaluate.js';
import type { Check, ParsedCheck } from './language/ast.js';
import { expandCheck, type Rules } from './language/expand.js';
import { parseCheck } from './language/parser.js';
import { overrideFor } from './overrides.js';
import { TRUE } from './truth.js';
import type { CredentialMap, TargetValue } from './values.js';

/** A decision on policies that are brought along, as oslo.policy would be asked for it. There is no boundary. */
export interface PolicyCase {
  readonly rules: Readonly<Record<string, string>>;
  /** The rule to decide, or a check to decide instead. */
  readonly subject: { readonly rule: string } | { readonly check: string };
  /** Empty: any scope. */
  readonly scopeTypes: readonly string[];
  readonly enforceScope: boolean;
  readonly credentials: CredentialMap;
  readonly target: Readonly<Record<string, unknown>>;
  readonly overrides: Readonly<Record<string, string>>;
  /** The rule's earlier name and check. */
  readonly deprecated: { readonly name: string; readonly check: string } | undefined;
  readonly enforceNewDefaults: boolean;
  /** The rule that stands for those which are not defined. */
  readonly defaultRule: string | undefined;
}

export type CaseDecision = 'allow' | 'deny' | 'invalid_scope';

/**
 * Decides one case with the engine of the server.
 *
 * @throws PolicyError for what the engine refuses: a text, or values whose comparison would depend on how they print.
 */
export function decideCase(given: PolicyCase): CaseDecision {
  const credentials = withSystem(given.credentials);
  const check = readCaseCheck(given);
  refuseAmbiguousValues(check, credentials, given.target);
  if (given.enforceScope && given.scopeTypes.length > 0 && !given.scopeTypes.includes(scopeHeld(credentials)))
    return 'invalid_scope';
  // Lists and maps were refused where the check reads them.
  const target = given.target as Readonly<Record<string, TargetValue>>;
  const test = compileForRow<typeof target>(check, (key) => (row) => (Object.hasOwn(row, key) ? row[key] : undefined));
  return test(credentials, target) === TRUE ? 'allow' : 'deny';
}

/** Credentials of a case may have any fields; `http` and `https` are calls to other servers in oslo.policy. */
const FIELDS = { get: (name: string) => (name === 'http' || name === 'https' ? undefined : ('map' as const)) };

const parse = (text: string, origin: string) => parseCheck(text, { origin, credentials: FIELDS });

/** The check that a case is decided by, with its rules put in. @throws PolicyError for a text that is refused. */
export function readCaseCheck(given: PolicyCase): Check {
  const { subject, defaultRule } = given;
  const texts = new Map(Object.entries({ ...given.rules, ...given.overrides }));
  const decided = 'rule' in subject ? ruleInForce(given, subject.rule) : parse(subject.check, 'the check');
  const name = 'rule' in subject ? subject.rule : undefined;
  const rules: Rules = {
    get: (wanted) => {
      if (wanted === name && decided) return decided;
      const text = texts.get(wanted) ?? (defaultRule === undefined ? undefined : texts.get(defaultRule));
      return text === undefined ? undefined : parse(text, `rule ${wanted}`);
    },
  };
  const origin = name === undefined ? 'the check' : `rule ${name}`;
  const parsed = decided ?? (name === undefined ? undefined : rules.get(name));
  if (parsed === undefined) throw new PolicyError(`there is no rule ${name}`);
  return expandCheck(parsed, { origin, rules, hasKey: () => true });
}

/** The rule's own text, or what stands in its place; undefined for a rule without one. */
function ruleInForce(given: PolicyCase, name: string): ParsedCheck | undefined {
  const { deprecated, overrides, rules, enforceNewDefaults } = given;
  const old = deprecated && parse(deprecated.check, `deprecated check of ${name}`);
  const text = Object.hasOwn(rules, name) ? rules[name] : undefined;
  // What has no default was never renamed either.
  const override = overrideFor({ name, deprecated: text === undefined ? undefined : deprecated }, overrides);
  if (override !== undefined) return parse(override, `override of ${name}`);
  if (text === undefined) return undefined;
  const check = parse(text, `rule ${name}`);
  return old && !enforceNewDefaults ? { kind: 'or', of: [check, old] } : check;
}

/** oslo.policy reads the older field `system` and sets it from `system_scope`. */
function withSystem(credentials: CredentialMap): CredentialMap {
  return isGiven(credentials.system_scope) ? { ...credentials, system: credentials.system_scope } : credentials;
}

function scopeHeld(credentials: CredentialMap): string {
  if (isGiven(credentials.system)) return 'system';
  if (isGiven(credentials.domain_id)) return 'domain';
  return isGiven(credentials.project_id) ? 'project' : 'unscoped';
}

/** Whether Python holds a value for true. */
function isGiven(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return Boolean(value);
  return (Array.isArray(value) ? value : Object.keys(value)).length > 0;
}

import { findAccess, type Witness } from '../analysis/implication.js';
import { type RoleImplication, worldOf } from '../analysis/worlds.js';
import { readBoundary } from '../engine/boundary.js';
import { type Policy, type ScopeKey, scopesOf } from '../engine/policy.js';
import { readPart } from '../engine/read-part.js';
import { readRules } from '../engine/rules.js';
import type { Check } from '../language/ast.js';
import type { Rules } from '../language/expand.js';
import { printCheck } from '../language/print.js';
import { type Fault, type FileEntry, faultsOf, isRule, rulesUnder } from './override-set.js';

/** Errors are what the server would refuse, and checks that nobody can pass; warnings may be intended. */
export interface Finding {
  readonly policy: string;
  readonly severity: 'error' | 'warning';
  readonly code:
    | Fault['code']
    | 'NEVER_TRUE'
    | 'NEVER_TRUE_IN_SCOPE'
    | 'ONE_CHECK_FOR_SCOPES'
    | 'LOOSENS_DEFAULT'
    | 'NOT_COMPARED'
    | 'SAME_AS_DEFAULT'
    | 'REPLACES_RULE'
    | 'DEPRECATED_NAME';
  readonly message: string;
}

export interface LintInput {
  readonly rules: Readonly<Record<string, string>>;
  readonly policies: readonly Policy[];
  readonly implies: RoleImplication;
}

const NOT_COMPARED = 'it is too large to say whether it allows what the default does not';

/** Everything that is wrong or doubtful about the entries of a policy file, entry by entry. */
export function lintOverrides(entries: readonly FileEntry[], input: LintInput): readonly Finding[] {
  const { implies, policies } = input;
  const faults = faultsOf({ entries, enforceNewDefaults: true }, input);
  const context: Context = { implies, policies, builtIn: readRules(input.rules), inForce: rulesUnder(entries, input) };
  const given = new Set(entries.map(({ name }) => name));
  return entries.flatMap((entry) => {
    const own = faults.filter(({ name }) => name === entry.name);
    if (own.length > 0) return own.map(({ code, message }) => finding(entry.name, 'error', code, message));
    return isRule(entry.name) ? lintRule(entry, context) : lintPolicy(entry, given, context);
  });
}

interface Context extends Omit<LintInput, 'rules'> {
  readonly builtIn: Rules;
  /** With the rules of the file. */
  readonly inForce: Rules;
}

function lintRule({ name }: FileEntry, { builtIn }: Context): readonly Finding[] {
  if (builtIn.get(name) === undefined) return [];
  return [finding(name, 'warning', 'REPLACES_RULE', 'it replaces a built-in rule in every policy that uses it')];
}

function lintPolicy(entry: FileEntry, given: ReadonlySet<string>, context: Context): readonly Finding[] {
  const { name } = entry;
  const policy = context.policies.find((one) => one.name === name);
  const renamed = context.policies.filter((one) => one !== policy && one.deprecated?.name === name);
  return [
    ...(policy ? new OverrideLint(entry, policy, context).findings() : []),
    ...renamed.flatMap((target) => lintOldName(entry, target, given, context)),
  ];
}

function lintOldName(
  entry: FileEntry,
  policy: Policy,
  given: ReadonlySet<string>,
  context: Context,
): readonly Finding[] {
  const isIgnored = given.has(policy.name);
  const effect = isIgnored ? `; ignored, since ${policy.name} is given too` : '';
  const old = finding(entry.name, 'warning', 'DEPRECATED_NAME', `the policy is now named ${policy.name}${effect}`);
  if (isIgnored || entry.check.trim() === `rule:${policy.name}`) return [old];
  return [old, ...new OverrideLint(entry, policy, context).findings()];
}

function finding(policy: string, severity: Finding['severity'], code: Finding['code'], message: string): Finding {
  return { policy, severity, code, message };
}

class OverrideLint {
  readonly #name: string;
  readonly #text: string;
  readonly #policy: Policy;
  readonly #context: Context;

  constructor({ name, check }: FileEntry, policy: Policy, context: Context) {
    this.#name = name;
    this.#text = check;
    this.#policy = policy;
    this.#context = context;
  }

  findings(): readonly Finding[] {
    return [...this.#scopes(), ...this.#access()];
  }

  #finding(severity: Finding['severity'], code: Finding['code'], message: string): Finding {
    return finding(this.#name, severity, code, message);
  }

  #override(): Check {
    return readPart(this.#text, `policy ${this.#policy.name}, override`, this.#policy.target, this.#context.inForce);
  }

  #declared(text: string, rules = this.#context.builtIn): Check {
    return readPart(text, `policy ${this.#policy.name}`, this.#policy.target, rules);
  }

  /** What one check for all scopes changes in them. */
  #scopes(): readonly Finding[] {
    const own = printCheck(this.#override());
    const defaults = [...scopesOf(this.#policy)].map(
      ([scope, { check }]) => [scope, printCheck(this.#declared(check))] as const,
    );
    if (defaults.every(([, check]) => check === own))
      return [this.#finding('warning', 'SAME_AS_DEFAULT', 'the check is the default; the entry can go')];
    if (new Set(defaults.map(([, check]) => check)).size < 2) return [];
    const texts = defaults.map(([scope, check]) => `${scope}: ${check}`).join('; ');
    return [this.#finding('warning', 'ONE_CHECK_FOR_SCOPES', `it replaces different defaults (${texts})`)];
  }

  /** Who gets access by the check, scope by scope. */
  #access(): readonly Finding[] {
    const never: ScopeKey[] = [];
    const looser: Finding[] = [];
    const scopes = [...scopesOf(this.#policy)];
    for (const [scope, { check, boundary: text }] of scopes) {
      const world = worldOf(scope, this.#policy.target, this.#context.implies);
      const boundary = readBoundary(text, `policy ${this.#policy.name}`, this.#policy.target);
      const within = (body: Check): Check => (boundary ? { kind: 'and', of: [boundary, body] } : body);
      const override = within(this.#override());
      // A written `!` is intended.
      if (this.#text.trim() !== '!' && findAccess(override, undefined, world) === 'none') never.push(scope);
      const access = findAccess(override, within(this.#declared(check)), world);
      if (access === 'unknown') looser.push(this.#finding('warning', 'NOT_COMPARED', NOT_COMPARED));
      else if (access !== 'none') looser.push(this.#loosens(scope, access.found));
    }
    return [...this.#neverTrue(never, scopes.length), ...looser];
  }

  #neverTrue(never: readonly ScopeKey[], of: number): readonly Finding[] {
    if (never.length === 0) return [];
    if (never.length === of)
      return [this.#finding('error', 'NEVER_TRUE', 'the check cannot be true; write ! for never')];
    return [
      this.#finding(
        'warning',
        'NEVER_TRUE_IN_SCOPE',
        `the check cannot be true for a token of scope ${never.join(', ')}`,
      ),
    ];
  }

  #loosens(scope: ScopeKey, witness: Witness): Finding {
    const when = witness.map(({ atom, value }) => `${atom} is ${value}`).join(', ');
    const what = `for scope ${scope} it allows what the default does not`;
    return this.#finding('warning', 'LOOSENS_DEFAULT', when === '' ? what : `${what}: when ${when}`);
  }
}

import { readPart } from './compile.js';
import { PolicyError, PolicySyntaxError, type SyntaxCode } from './errors.js';
import { findAccess, type Witness } from './implication.js';
import type { Check, ParsedCheck } from './language/ast.js';
import { printCheck } from './language/print.js';
import { type Policy, type ScopeKey, scopesOf } from './policy.js';
import { checkRule, parseRule, readRules } from './rules.js';
import { type RoleImplication, worldOf } from './worlds.js';

/** One entry of a policy file: a policy's name or a rule's, and its check. */
export interface FileEntry {
  readonly name: string;
  readonly check: string;
}

/** Errors are what the server would refuse, and checks that nobody can pass; warnings are what may be meant. */
export interface Finding {
  readonly policy: string;
  readonly severity: 'error' | 'warning';
  readonly code:
    | SyntaxCode
    | 'UNKNOWN_POLICY'
    | 'PUBLIC_POLICY'
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

/** Policies are named `resource:verb`, so a name without a colon is a rule's. */
const isRule = (name: string) => !name.includes(':');

/** The rules and the overrides that entries make, as a registry takes them. */
export function separate(entries: readonly FileEntry[]): {
  readonly rules: Readonly<Record<string, string>>;
  readonly overrides: Readonly<Record<string, string>>;
} {
  const some = (wanted: boolean) =>
    Object.fromEntries(entries.filter(({ name }) => isRule(name) === wanted).map(({ name, check }) => [name, check]));
  return { rules: some(true), overrides: some(false) };
}

/** Everything that is wrong or doubtful about the entries of a policy file, entry by entry. */
export function lintOverrides(entries: readonly FileEntry[], input: LintInput): readonly Finding[] {
  const context: Context = { ...input, builtIn: readRules(input.rules), inForce: readRules(input.rules) };
  const findings: Finding[] = entries.filter(({ name }) => isRule(name)).flatMap((entry) => readRule(entry, context));
  const given = new Set(entries.map(({ name }) => name));
  for (const entry of entries)
    findings.push(...(isRule(entry.name) ? lintRule(entry, context) : lintPolicy(entry, given, context)));
  return findings;
}

interface Context extends Omit<LintInput, 'rules'> {
  readonly builtIn: ReadonlyMap<string, ParsedCheck>;
  /** The rules of the file too. */
  readonly inForce: Map<string, ParsedCheck>;
}

function readRule({ name, check }: FileEntry, { builtIn, inForce }: Context): readonly Finding[] {
  const refused = refusals(name, () => inForce.set(name, parseRule(name, check)));
  if (refused.length > 0 || !builtIn.has(name)) return refused;
  return [finding(name, 'warning', 'REPLACES_RULE', 'it replaces a built-in rule in every policy that uses it')];
}

function lintRule({ name }: FileEntry, { inForce }: Context): readonly Finding[] {
  const rule = inForce.get(name);
  return rule === undefined ? [] : refusals(name, () => checkRule(name, rule, inForce));
}

function lintPolicy(entry: FileEntry, given: ReadonlySet<string>, context: Context): readonly Finding[] {
  const { name } = entry;
  const policy = context.policies.find((one) => one.name === name);
  const renamed = context.policies.filter((one) => one !== policy && one.deprecated?.name === name);
  if (!policy && renamed.length === 0) return [finding(name, 'error', 'UNKNOWN_POLICY', 'there is no such policy')];
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

/** Runs one step, and turns what it refuses into findings. */
function refusals(name: string, step: () => unknown): readonly Finding[] {
  try {
    step();
    return [];
  } catch (error) {
    if (error instanceof PolicySyntaxError) return [finding(name, 'error', error.code, error.message)];
    if (error instanceof PolicyError) return [finding(name, 'error', 'INVALID_CHECK', error.message)];
    throw error;
  }
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
    if (this.#policy.scopeTypes === 'public')
      return [this.#finding('error', 'PUBLIC_POLICY', 'the policy is public, and stays so')];
    const refused = refusals(this.#name, () => this.#override());
    return refused.length > 0 ? refused : [...this.#scopes(), ...this.#access()];
  }

  #finding(severity: Finding['severity'], code: Finding['code'], message: string): Finding {
    return finding(this.#name, severity, code, message);
  }

  #override(): Check {
    return readPart(this.#text, `policy ${this.#policy.name}, override`, this.#policy.target, this.#context.inForce);
  }

  #declared(text: string): Check {
    return readPart(text, `policy ${this.#policy.name}`, this.#policy.target, this.#context.builtIn);
  }

  /** What one check for all scopes does to them. */
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

  /** Whom the check lets in, scope by scope. */
  #access(): readonly Finding[] {
    const never: ScopeKey[] = [];
    const looser: Finding[] = [];
    const scopes = [...scopesOf(this.#policy)];
    for (const [scope, { check, boundary = '@' }] of scopes) {
      const world = worldOf(scope, this.#policy.target, this.#context.implies);
      const within = (body: Check): Check => ({ kind: 'and', of: [this.#declared(boundary), body] });
      const override = within(this.#override());
      // Whoever writes `!` means it.
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

import type { PgTable } from 'drizzle-orm/pg-core';
import { type Clause, clause, join } from '../../sql/clause.js';
import type { Check } from '../language/ast.js';
import { PolicyError } from '../language/errors.js';
import { mayBeTrue, TRUE } from '../language/truth.js';
import { Claims } from './claims.js';
import { type CompiledPolicy, compilePolicy, targetKey } from './compile.js';
import { ALLOWED, type Decision, FORBIDDEN, LIMITED, UNAUTHENTICATED } from './decision.js';
import type { PolicyDescription } from './description.js';
import { type Explanation, explainPolicy } from './explain.js';
import { overrideFor } from './override-for.js';
import type { Policy, PolicyName, Subject } from './policy.js';
import { PolicyQuestion } from './question.js';
import type { RelationReads } from './relation.js';
import { allOf, keysOf, type Residue, residueOf, waysOf } from './residue.js';
import { readRules } from './rules.js';
import { keyOver, residueToSql } from './sql.js';
import { originalName, type Target, type TargetValues } from './target.js';
import { Visible, type Way } from './visible.js';

/** A policy by name, or as declared; a declaration ties the row to it at compile time. */
export type PolicyRef<Row extends object = object> = PolicyName | Policy<Row>;

export interface RegistryInput {
  /** Named rules, in the check language. */
  readonly rules: Readonly<Record<string, string>>;
  readonly policies: readonly Policy[];
  /** Operators' checks, by policy name or deprecated name. They replace checks; scope types and boundaries stay. */
  readonly overrides?: Readonly<Record<string, string>>;
  /** While false, a deprecated check allows too, beside the new one that replaced it. */
  readonly enforceNewDefaults?: boolean;
}

interface Entry extends CompiledPolicy {
  readonly description: PolicyDescription;
  /** The decision for an authenticated caller of another scope. */
  readonly wrongScope: Decision;
}

const AND = clause` and `;

/**
 * Parses, checks and compiles a set of policies.
 *
 * @throws PolicySyntaxError for a check, boundary, rule or override that is refused, with line and column;
 *   PolicyError for two policies of one name, two claims on one coordinate, or an override that has no policy or whose
 *   policy is public.
 */
export function buildRegistry(input: RegistryInput): PolicyRegistry {
  const { policies, overrides = {}, enforceNewDefaults = true } = input;
  const rules = readRules(input.rules);
  const entries = new Map<string, Entry>();
  for (const policy of policies) {
    if (entries.has(policy.name)) throw new PolicyError(`policy ${policy.name} is declared twice`);
    const override = overrideFor(policy, overrides);
    entries.set(
      policy.name,
      describe(compilePolicy(policy, { rules, override, enforceNewDefaults }), override ?? null),
    );
  }
  const oldNames = new Set(policies.map((policy) => policy.deprecated?.name));
  for (const name of Object.keys(overrides)) {
    const policy = entries.get(name)?.policy;
    if (policy === undefined && !oldNames.has(name as PolicyName))
      throw new PolicyError(`override of ${name}: there is no such policy`);
    if (policy?.scopeTypes === 'public') throw new PolicyError(`override of ${name}: it is public`);
  }
  return new PolicyRegistry(entries, new Claims(policies));
}

function describe(compiled: CompiledPolicy, override: string | null): Entry {
  const { name, description, scopeTypes, operations, deprecated } = compiled.policy;
  const { isForCredentials = true, isEssential = false } = compiled.policy;
  const told = { name, description, scopeTypes, operations, deprecated, isForCredentials, isEssential };
  return {
    ...compiled,
    description: { ...told, scopes: compiled.texts, override },
    wrongScope: Object.freeze({ outcome: 'WRONG_SCOPE', scopeTypes: typeof scopeTypes === 'object' ? scopeTypes : [] }),
  };
}

/** All policies in force. Immutable: a change of overrides builds another registry. */
export class PolicyRegistry {
  readonly #entries: ReadonlyMap<string, Entry>;
  readonly #claims: Claims;

  constructor(entries: ReadonlyMap<string, Entry>, claims: Claims) {
    this.#entries = entries;
    this.#claims = claims;
  }

  get(name: string): PolicyDescription | undefined {
    return this.#entries.get(name)?.description;
  }

  /** Every policy, by name. */
  list(): readonly PolicyDescription[] {
    const descriptions = [...this.#entries.values()].map((entry) => entry.description);
    return descriptions.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** The policy that guards a coordinate `Type.field`; a claim on the field wins over one on its type. */
  policyFor(coordinate: string): PolicyDescription | undefined {
    const name = this.#claims.policyFor(coordinate);
    return name === undefined ? undefined : this.get(name);
  }

  /** See `Claims.claimedApart`. */
  claimedApart(coordinate: string): boolean {
    return this.#claims.claimedApart(coordinate);
  }

  /** The coordinates that no policy guards; a schema may only be served when there are none. */
  uncovered(coordinates: readonly string[]): readonly string[] {
    return this.#claims.uncovered(coordinates);
  }

  /** The claims that match no coordinate. */
  unknownClaims(coordinates: readonly string[]): readonly string[] {
    return this.#claims.unknown(coordinates);
  }

  /** Whether any row could be allowed. FORBIDDEN means that no row is; ALLOWED does not mean that one is. */
  decideOperation(policy: PolicyRef<never>, subject: Subject): Decision {
    const entry = this.#entry(policy);
    const tests = entry.byScope.get(subject.scope);
    if (tests === undefined) return refusedScope(entry, subject);
    if (isBeyondLimit(entry, subject)) return LIMITED;
    return mayBeTrue(tests.operation(subject.credentials)) ? ALLOWED : FORBIDDEN;
  }

  /** The decision on one row, loaded or about to be written. */
  decideRow<Row extends object>(policy: PolicyRef<Row>, subject: Subject, row: NoInfer<Row>): Decision {
    const entry = this.#entry(policy);
    const tests = entry.byScope.get(subject.scope);
    if (tests === undefined) return refusedScope(entry, subject);
    if (isBeyondLimit(entry, subject)) return LIMITED;
    return tests.row(subject.credentials, row) === TRUE ? ALLOWED : FORBIDDEN;
  }

  /** The same on a row's target keys, as SQL read them; relations are those that `addRelations` asks for. */
  decideValues(policy: PolicyRef<never>, subject: Subject, values: TargetValues): Decision {
    const entry = this.#entry(policy);
    const tests = entry.byScope.get(subject.scope);
    if (tests === undefined) return refusedScope(entry, subject);
    if (isBeyondLimit(entry, subject)) return LIMITED;
    return tests.values(subject.credentials, values) === TRUE ? ALLOWED : FORBIDDEN;
  }

  /** Adds the relations that `decideRow` needs for the caller; read the rows with them. */
  addRelations(policy: PolicyRef<never>, { scope, credentials }: Subject, reads: RelationReads): void {
    const { policy: declared, byScope } = this.#entry(policy);
    const tests = byScope.get(scope);
    if (tests !== undefined) reads.add(tests.check, declared.target, credentials);
  }

  /** The decision with its reasons: without a target that of `decideOperation`, with one that of `decideRow`. */
  explain(policy: PolicyRef<never>, subject: Subject, target?: TargetValues): Explanation & { decision: Decision } {
    const entry = this.#entry(policy);
    const explanation = explainPolicy(entry, subject, target);
    const { tree } = explanation;
    if (tree === null) return { ...explanation, decision: refusedScope(entry, subject) };
    if (isBeyondLimit(entry, subject)) return { ...explanation, decision: LIMITED };
    return { ...explanation, decision: tree.value === 'TRUE' || tree.value === 'OPEN' ? ALLOWED : FORBIDDEN };
  }

  /** The policy's decisions for many callers: on one target, or without one on any row. */
  question(policy: PolicyRef<never>, target?: TargetValues): PolicyQuestion {
    return new PolicyQuestion(this.#entry(policy), target);
  }

  /** What the policy compares rows by; undefined for a policy without a target. */
  targetOf(policy: PolicyRef<never>): Target | undefined {
    return this.#entry(policy).policy.target;
  }

  /**
   * The rows of a table, or of an alias of it, that all the policies allow.
   *
   * @throws PolicyError when a policy is about another table.
   */
  visible<T extends PgTable>(
    policies: readonly [PolicyRef<never>, ...PolicyRef<never>[]],
    subject: Subject,
    table: T,
  ): Visible<T> {
    const byTarget = new Map<Target | undefined, Residue[]>();
    for (const policy of policies) {
      const entry = this.#entry(policy);
      const { target } = entry.policy;
      if (target && originalName(target.table) !== originalName(table)) {
        throw new PolicyError(
          `policy ${entry.policy.name} is about ${originalName(target.table)}, not ${originalName(table)}`,
        );
      }
      const group = byTarget.get(target) ?? [];
      byTarget.set(target, [...group, residueFor(entry, subject)]);
    }
    const conditions = [...byTarget].map(([target, residues]) => conditionOn(table, target, allOf(residues)));
    return new Visible<T>(together(conditions), (whole) => waysOn(table, [...byTarget], whole));
  }

  /** Boundary AND check of a policy for callers of a scope; undefined for a scope that it does not accept. */
  checkFor(policy: PolicyRef<never>, scope: Subject['scope']): Check | undefined {
    return this.#entry(policy).byScope.get(scope)?.check;
  }

  #entry(policy: PolicyRef<never>): Entry {
    const name = typeof policy === 'string' ? policy : policy.name;
    const entry = this.#entries.get(name);
    if (entry === undefined) throw new PolicyError(`there is no policy ${name}`);
    return entry;
  }
}

function refusedScope(entry: Entry, subject: Subject): Decision {
  return subject.scope === null ? UNAUTHENTICATED : entry.wrongScope;
}

/** Decided after the scope and before the check, so that no check and no override widens what a credential may do. */
function isBeyondLimit({ policy }: Entry, { limit }: Subject): boolean {
  if (limit === undefined || policy.scopeTypes === 'public') return false;
  return policy.isForCredentials === false || limit.policies?.has(policy.name) === false;
}

function residueFor(entry: Entry, subject: Subject): Residue {
  const { policy, byScope } = entry;
  const tests = byScope.get(subject.scope);
  if (tests === undefined || isBeyondLimit(entry, subject)) return { kind: 'never' };
  return residueOf(tests.check, subject.credentials, (key) => targetKey(policy.target, key).type);
}

/** In parentheses, so that it stays one condition, whatever a query puts around it. */
const together = (conditions: readonly Clause[]): Clause => clause`(${join(conditions, AND)})`;

/** The ways of the first target's policies, each with what the others ask; the whole condition where there is one way. */
function waysOn(table: PgTable, byTarget: readonly (readonly [Target | undefined, Residue[]])[], whole: Clause): Way[] {
  const [[target, residues] = [undefined, []], ...others] = byTarget;
  const ways = waysOf(allOf(residues));
  const rest = others.map(([of, also]) => conditionOn(table, of, allOf(also)));
  const whereOf = (way: Residue) => (ways.length === 1 ? whole : together([conditionOn(table, target, way), ...rest]));
  return ways.map((way) => ({ where: whereOf(way), keys: new Set(keysOf(way)) }));
}

function conditionOn(table: PgTable, target: Target | undefined, residue: Residue): Clause {
  return residueToSql(residue, (name) => keyOver(targetKey(target, name), table));
}

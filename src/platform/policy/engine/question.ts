import { type Atom, atomsOf, type Check } from '../language/ast.js';
import { ABSENT, and, mayBeTrue, not, OPEN, or, type Truth } from '../language/truth.js';
import { type CredentialMap, isList, RelatedTexts, type TargetValue } from '../language/values.js';
import { boundaryOf, type CompiledPolicy, targetKey } from './compile.js';
import { compileForOperation, compileForRow } from './evaluate.js';
import type { ScopeType, Subject } from './policy.js';
import type { RelationReads } from './relation.js';
import { type RelationKey, type TargetValues, valueAt } from './target.js';

/** A value for credentials that equals nothing in rows or checks. */
export const NOTHING_KNOWN = '\0';

/** What checks name. */
export interface Named {
  /** Roles, in lower case. */
  readonly roles: ReadonlySet<string>;
  /** Credential fields, by the first part of their path. */
  readonly fields: ReadonlySet<string>;
  /** Texts that a credential is compared with: constants of the checks, and texts of the target. */
  readonly texts: ReadonlySet<string>;
  /** Relations that credential fields are compared with, by field: their texts are not among `texts`. */
  readonly related: ReadonlyMap<string, readonly RelationKey[]>;
}

/** A policy's decisions for many callers: on one target, or without one on any row. */
export class PolicyQuestion {
  readonly #compiled: CompiledPolicy;
  readonly #values: TargetValues | undefined;
  readonly #tests = new Map<Check, (credentials: CredentialMap) => Truth>();
  readonly #named = new Map<ScopeType, Named>();

  constructor(compiled: CompiledPolicy, values: TargetValues | undefined) {
    this.#compiled = compiled;
    this.#values = values;
  }

  /** Whether tokens of a scope reach the check at all. */
  takes(scope: Subject['scope']): boolean {
    return this.#compiled.byScope.has(scope);
  }

  /** Whether the caller may do this to the target; without one, whether it could do it to any. */
  allows({ scope, credentials }: Subject): boolean {
    const tests = this.#compiled.byScope.get(scope);
    return tests !== undefined && mayBeTrue(this.#test(tests.check)(credentials));
  }

  /** Whether some caller of the scope may: one with these credentials, and any values in the open fields. */
  couldAllow(scope: ScopeType, credentials: CredentialMap, open: readonly string[], part: Part = 'all'): boolean {
    const tests = this.#compiled.byScope.get(scope);
    if (tests === undefined) return false;
    const check = part === 'all' ? tests.check : boundaryOf(tests);
    return mayBeTrue(foresee(check, (atom) => this.#foreseeAtom(atom, credentials, open)));
  }

  /** Adds the relations that the answers for a caller depend on. */
  addRelations({ scope, credentials }: Subject, reads: RelationReads): void {
    const tests = this.#compiled.byScope.get(scope);
    if (tests !== undefined) reads.add(tests.check, this.#compiled.policy.target, credentials);
  }

  /** What the checks for a scope name. */
  named(scope: ScopeType): Named {
    const named = this.#named.get(scope) ?? this.#readNames(scope);
    this.#named.set(scope, named);
    return named;
  }

  #readNames(scope: ScopeType): Named {
    const tests = this.#compiled.byScope.get(scope);
    const [roles, fields] = [new Set<string>(), new Set<string>()];
    const related = new Map<string, RelationKey[]>();
    const texts = new Set(Object.values(this.#values ?? {}).flatMap(textsIn));
    for (const atom of tests ? atomsOf(tests.check) : []) {
      if (atom.kind === 'role') roles.add(atom.name.toLowerCase());
      if (atom.kind !== 'comparison') continue;
      if (atom.known.kind === 'credential') fields.add(atom.known.path[0] ?? '');
      if (atom.matched.kind === 'text') texts.add(atom.matched.text);
      const key = atom.matched.kind === 'key' && this.#compiled.policy.target?.keys.get(atom.matched.name);
      if (!key || key.relation === undefined || atom.known.kind !== 'credential') continue;
      const field = atom.known.path[0] ?? '';
      related.set(field, [...(related.get(field) ?? []), key]);
    }
    return { roles, fields, texts, related };
  }

  #test(check: Check): (credentials: CredentialMap) => Truth {
    const test = this.#tests.get(check) ?? this.#compile(check);
    this.#tests.set(check, test);
    return test;
  }

  #compile(check: Check): (credentials: CredentialMap) => Truth {
    const values = this.#values;
    if (values === undefined)
      return compileForOperation(check, (key) => targetKey(this.#compiled.policy.target, key).type);
    const test = compileForRow<TargetValues>(check, (key) => (row) => valueAt(row, key));
    return (credentials) => test(credentials, values);
  }

  #foreseeAtom(atom: Atom, credentials: CredentialMap, open: readonly string[]): Truth {
    const isOpen =
      (atom.kind === 'role' && open.includes('roles')) ||
      (atom.kind === 'comparison' && atom.known.kind === 'credential' && open.includes(atom.known.path[0] ?? ''));
    if (!isOpen) return this.#test(atom)(credentials);
    const hasNothing =
      atom.kind === 'comparison' &&
      atom.matched.kind === 'key' &&
      this.#values !== undefined &&
      hasNoText(valueAt(this.#values, atom.matched.name) ?? null);
    return hasNothing ? ABSENT : OPEN;
  }
}

type Part = 'all' | 'boundary';

function foresee(check: Check, read: (atom: Atom) => Truth): Truth {
  switch (check.kind) {
    case 'rule':
      return foresee(check.body, read);
    case 'not':
      return not(foresee(check.of, read));
    case 'and':
    case 'or':
      return check.of.map((operand) => foresee(operand, read)).reduce(check.kind === 'and' ? and : or);
    default:
      return read(check);
  }
}

const hasNoText = (value: TargetValue): boolean =>
  value instanceof RelatedTexts ? value.isEmpty : textsIn(value).length === 0;

/** The texts of a value; credentials are texts, so only a text can equal one. */
function textsIn(value: TargetValue): readonly string[] {
  const items: readonly unknown[] = isList(value) ? value : [value];
  return items.filter((item) => typeof item === 'string');
}

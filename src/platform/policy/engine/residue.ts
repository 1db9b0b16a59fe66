import type { Check, Comparison, Known } from '../language/ast.js';
import { FALSE, TRUE, type Truth } from '../language/truth.js';
import { type CredentialMap, NULL_TEXT, readCredential, type Scalar } from '../language/values.js';
import { compileForOperation, isOfRoles } from './evaluate.js';
import { hasType, isComparable, type KeyType } from './target.js';

/**
 * What remains of a check once the credentials are known: a condition on target keys, without negation.
 *
 * - `equals`: the key holds one of the values. `differs`: the key holds something, and none of the values.
 * - `null`: the key is null. `present`: the key holds a value (a list: an element that is not null).
 */
export type Residue =
  | { readonly kind: 'always' }
  | { readonly kind: 'never' }
  | { readonly kind: 'all' | 'any'; readonly of: readonly Residue[] }
  | { readonly kind: 'equals' | 'differs'; readonly key: string; readonly values: readonly Scalar[] }
  | { readonly kind: 'null' | 'present'; readonly key: string };

const ALWAYS: Residue = { kind: 'always' };
const NEVER: Residue = { kind: 'never' };

/**
 * The rows on which a check is TRUE, for these credentials.
 *
 * "TRUE on this row" and "FALSE on this row" are computed as two conditions, and `not` swaps them. So the result has no
 * negation, and an absent value, which is neither, makes no condition true: nor in SQL, where it is NULL.
 */
export function residueOf(check: Check, credentials: CredentialMap, typeOf: (key: string) => KeyType): Residue {
  return new Reduction(credentials, typeOf).rowsWhere(check, TRUE);
}

class Reduction {
  readonly #credentials: CredentialMap;
  readonly #typeOf: (key: string) => KeyType;

  constructor(credentials: CredentialMap, typeOf: (key: string) => KeyType) {
    this.#credentials = credentials;
    this.#typeOf = typeOf;
  }

  rowsWhere(check: Check, wanted: Truth): Residue {
    switch (check.kind) {
      case 'constant':
      case 'role':
        return this.#decided(check, wanted);
      case 'rule':
        return this.rowsWhere(check.body, wanted);
      case 'not':
        return this.rowsWhere(check.of, wanted === TRUE ? FALSE : TRUE);
      case 'and':
      case 'or': {
        const parts = check.of.map((operand) => this.rowsWhere(operand, wanted));
        return (check.kind === 'and') === (wanted === TRUE) ? allOf(parts) : anyOf(parts);
      }
      case 'comparison':
        return this.#comparison(check, wanted);
    }
  }

  #comparison(check: Comparison, wanted: Truth): Residue {
    const { matched } = check;
    if (matched.kind === 'text') return this.#decided(check, wanted);
    const key = matched.name;
    const type = this.#typeOf(key);
    if (check.known.kind === 'literal' && check.known.value === null) {
      if (wanted === TRUE) return { kind: 'null', key };
      return type === 'text' ? { kind: 'differs', key, values: [NULL_TEXT] } : { kind: 'present', key };
    }
    const held = this.#values(check.known);
    if (held.length === 0) return NEVER;
    const known = wanted === FALSE && isOfRoles(check.known) ? [...held, ...this.#dropped()] : held;
    // A value of another type neither equals nor differs; with such a value, not all can differ.
    if (wanted === FALSE && !known.every((value) => hasType(type, value))) return NEVER;
    const values = [...new Set(known.filter((value) => isComparable(type, value)))];
    if (wanted === TRUE) return values.length === 0 ? NEVER : { kind: 'equals', key, values };
    return values.length === 0 ? { kind: 'present', key } : { kind: 'differs', key, values };
  }

  #values(known: Known): readonly Scalar[] {
    if (known.kind === 'credential') return readCredential(this.#credentials, known.path);
    return known.value === null ? [] : [known.value];
  }

  #dropped(): readonly Scalar[] {
    return readCredential(this.#credentials, ['dropped_roles']);
  }

  #decided(check: Check, wanted: Truth): Residue {
    return testOf(check)(this.#credentials) === wanted ? ALWAYS : NEVER;
  }
}

const tests = new WeakMap<Check, (credentials: CredentialMap) => Truth>();

/** The test of a check without target keys; compiled once, since each list of each request asks for it. */
function testOf(check: Check): (credentials: CredentialMap) => Truth {
  const known = tests.get(check);
  if (known !== undefined) return known;
  const test = compileForOperation(check, noKey);
  tests.set(check, test);
  return test;
}

function noKey(key: string): never {
  throw new Error(`The check reads ${key}.`);
}

/** More alternatives than these are not told apart. */
const WAYS_MAX = 10;

/** The alternatives of a residue: each row meets it by at least one of them. */
export function waysOf(residue: Residue): readonly Residue[] {
  const ways = alternatives(residue);
  return ways.length > WAYS_MAX ? [residue] : ways;
}

function alternatives(residue: Residue): readonly Residue[] {
  if (residue.kind === 'any') return residue.of.flatMap(waysOf);
  // An index has the rows of each value in order.
  if (residue.kind === 'equals' && residue.values.length <= WAYS_MAX)
    return residue.values.map((value) => ({ ...residue, values: [value] }));
  if (residue.kind !== 'all') return [residue];
  return residue.of
    .map(waysOf)
    .reduce<readonly Residue[]>((ways, more) => ways.flatMap((way) => more.map((one) => allOf([way, one]))), [ALWAYS]);
}

/** The target keys that a residue is about. */
export const keysOf = (residue: Residue): readonly string[] =>
  'key' in residue ? [residue.key] : 'of' in residue ? residue.of.flatMap(keysOf) : [];

export function allOf(parts: readonly Residue[]): Residue {
  return combine('all', parts, ALWAYS, NEVER);
}

export function anyOf(parts: readonly Residue[]): Residue {
  return combine('any', parts, NEVER, ALWAYS);
}

/** Joins conditions: the decisive one wins, neutral ones and repetitions go, nested ones of the same kind merge. */
function combine(kind: 'all' | 'any', parts: readonly Residue[], neutral: Residue, decisive: Residue): Residue {
  const flat = parts.flatMap((part) => (part.kind === kind ? part.of : [part]));
  if (flat.some((part) => part.kind === decisive.kind)) return decisive;
  const telling = flat.filter((part) => part.kind !== neutral.kind);
  // Every list of every request decides here, and mostly one part remains.
  const of = telling.length > 1 ? [...new Map(telling.map((part) => [JSON.stringify(part), part])).values()] : telling;
  if (of.length === 0) return neutral;
  const [only] = of;
  return only !== undefined && of.length === 1 ? only : { kind, of };
}

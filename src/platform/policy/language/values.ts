import { ABSENT, FALSE, or, TRUE, type Truth } from './truth.js';

/** A present value. Comparisons are typed: text, integers and booleans say nothing about each other. */
export type Scalar = string | number | boolean;

/**
 * What is known about the texts that a relation ties to a row: for each text that was asked for, whether it is among
 * them; and whether there are any at all. About other texts nothing is known.
 */
export class RelatedTexts {
  readonly isEmpty: boolean;
  readonly #known = new Map<string, boolean>();

  constructor(isEmpty: boolean) {
    this.isEmpty = isEmpty;
  }

  note(text: string, isAmong: boolean): void {
    this.#known.set(text, isAmong);
  }

  /** Undefined when the text was not asked for. */
  has(text: string): boolean | undefined {
    return this.#known.get(text);
  }

  /** The texts that were asked for and are among them. */
  found(): readonly string[] {
    return [...this.#known].flatMap(([text, isAmong]) => (isAmong ? [text] : []));
  }
}

/**
 * What a target key reads from a row. Null elements of a list are dropped; a list without elements is absent. A
 * relation is a list that is read only in part.
 */
export type TargetValue = Scalar | null | readonly (Scalar | null)[] | RelatedTexts;

/** What a credential holds: a value, or maps and lists that a dotted path walks through. */
export type CredentialValue =
  | Scalar
  | null
  | undefined
  | readonly CredentialValue[]
  | { readonly [field: string]: CredentialValue };

/** Credentials as the language sees them: any fields. */
export type CredentialMap = { readonly [field: string]: CredentialValue };

type Nested = Extract<CredentialValue, { readonly [field: string]: CredentialValue }>;

/** Whether a value is a list; `Array.isArray` alone does not narrow a readonly array. */
export function isList<Item>(value: unknown | readonly Item[]): value is readonly Item[] {
  return Array.isArray(value);
}

export function isMap(value: CredentialValue): value is Nested {
  return typeof value === 'object' && value !== null && !isList(value);
}

/**
 * The values that a credential path leads to: through nested maps, and through every element of a list.
 * Absent ones (missing, null, a map where a value was expected) are left out, so an empty result means absent.
 * Only own properties count, so that a path cannot reach into a prototype.
 */
export function readCredential(credentials: CredentialMap, path: readonly string[]): readonly Scalar[] {
  const found: Scalar[] = [];
  collect(credentials, path, 0, found);
  return found;
}

function collect(value: CredentialValue, path: readonly string[], depth: number, found: Scalar[]): void {
  if (value === null || value === undefined) return;
  if (isList<CredentialValue>(value)) {
    for (const item of value) collect(item, path, depth, found);
    return;
  }
  const segment = path[depth];
  if (isMap(value)) {
    if (segment !== undefined && Object.hasOwn(value, segment)) collect(value[segment], path, depth + 1, found);
  } else if (segment === undefined) {
    found.push(value);
  }
}

/**
 * Whether one known value is among those of a target key. Values of different types are ABSENT to each other, not
 * FALSE: oslo.policy compares their printed forms, and `not` must not allow where those are equal.
 */
export function matchOne(known: Scalar, target: TargetValue | undefined): Truth {
  if (target === null || target === undefined) return ABSENT;
  if (target instanceof RelatedTexts) return matchRelated(known, target);
  if (!isList<Scalar | null>(target)) return matchScalar(known, target);
  let result: Truth | undefined;
  for (const item of target) {
    if (item === null || item === undefined) continue;
    const one = matchScalar(known, item);
    if (one === TRUE) return TRUE;
    result = result === undefined ? one : or(result, one);
  }
  return result ?? ABSENT;
}

/** Like a list with all the texts, but ABSENT for a text about which nothing is known. */
function matchRelated(known: Scalar, related: RelatedTexts): Truth {
  if (typeof known !== 'string') return ABSENT;
  const isAmong = related.has(known);
  if (isAmong === undefined || related.isEmpty) return ABSENT;
  return isAmong ? TRUE : FALSE;
}

function matchScalar(known: Scalar, target: Scalar): Truth {
  if (known === target) return TRUE;
  return typeof known === typeof target ? FALSE : ABSENT;
}

/**
 * Whether a known value is spelled like a constant's text. A bare constant has no type of its own and is read as the
 * value's: an integer in plain decimal digits, a boolean as `True` or `False`.
 */
export function matchText(known: Scalar, text: string): Truth {
  return spell(known) === text ? TRUE : FALSE;
}

function spell(value: Scalar): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return String(value);
}

/** How oslo.policy prints null. */
export const NULL_TEXT = 'None';

/**
 * `None:%(key)s`: TRUE for null only. ABSENT for a missing key and for a list without elements, and for the text
 * `None`, which oslo.policy treats as null: it is not null here, and `not` must not allow because of that.
 */
export function isNull(target: TargetValue | undefined): Truth {
  if (target === null) return TRUE;
  if (target === undefined || target === NULL_TEXT) return ABSENT;
  // A relation is never null, it can only have no texts.
  if (target instanceof RelatedTexts) return matchRelated(NULL_TEXT, target) === FALSE ? FALSE : ABSENT;
  if (!isList<Scalar | null>(target)) return FALSE;
  const present = target.filter((item) => item !== null && item !== undefined);
  return present.length === 0 || present.includes(NULL_TEXT) ? ABSENT : FALSE;
}

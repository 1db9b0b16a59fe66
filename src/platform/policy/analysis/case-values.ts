import { atomsOf, type Check, type Comparison } from '../language/ast.js';
import { PolicyError } from '../language/errors.js';
import { type CredentialMap, type CredentialValue, isList, isMap, NULL_TEXT } from '../language/values.js';

/**
 * Refuses values of a case that oslo.policy would compare by their printed form, or fail on. The server never meets
 * any: its credentials are flat, and its target keys are typed.
 *
 * @throws PolicyError that names the field or key, only for values that the check reads.
 */
export function refuseAmbiguousValues(
  check: Check,
  credentials: CredentialMap,
  target: Readonly<Record<string, unknown>>,
): void {
  for (const atom of atomsOf(check)) {
    if (atom.kind === 'role') refuseRoles(credentials.roles);
    if (atom.kind === 'comparison') refuseComparison(atom, credentials, target);
  }
}

function refuseRoles(roles: CredentialValue): void {
  if (roles === undefined || (isList(roles) && roles.every((role) => typeof role === 'string'))) return;
  throw new PolicyError('credential roles is not a list of texts');
}

function refuseComparison(
  { known, matched }: Comparison,
  credentials: CredentialMap,
  target: Readonly<Record<string, unknown>>,
): void {
  const other = matched.kind === 'text' ? matched.text : readKey(target, matched.name);
  if (known.kind === 'credential') refuseOnPath(credentials, known.path, other === NULL_TEXT || other === null);
}

function readKey(target: Readonly<Record<string, unknown>>, key: string): unknown {
  const value = Object.hasOwn(target, key) ? target[key] : undefined;
  refuseNumber(value, `target key ${key}`);
  if (typeof value === 'object' && value !== null) throw new PolicyError(`target key ${key} is not a single value`);
  return value;
}

function refuseOnPath(credentials: CredentialMap, path: readonly string[], isNone: boolean): void {
  const refuse = (reason: string) => new PolicyError(`credential ${path.join('.')}: ${reason}`);
  let reached: readonly Reached[] = [{ value: credentials, isElement: false }];
  for (const segment of path) {
    reached = reached.flatMap(({ value }) => {
      if (!isMap(value)) throw refuse('the path leads through something that is not a map');
      return step(value, segment);
    });
  }
  for (const { value, isElement } of reached) {
    refuseNumber(value, `credential ${path.join('.')}`);
    if (isElement && (isList(value) || isMap(value))) throw refuse('a list holds something that is not a single value');
    if (isElement && value === null && isNone) throw refuse('a list holds null, and is compared with None');
  }
}

interface Reached {
  readonly value: CredentialValue;
  /** Whether it was found in a list. */
  readonly isElement: boolean;
}

function step(map: CredentialMap, segment: string): readonly Reached[] {
  const value = Object.hasOwn(map, segment) ? map[segment] : undefined;
  if (isList<CredentialValue>(value)) return value.map((item) => ({ value: item, isElement: true }));
  return value === undefined ? [] : [{ value, isElement: false }];
}

/** @throws PolicyError for a number that the two languages might print differently. */
export function refuseNumber(value: unknown, what: string): void {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) throw new PolicyError(`${what} is not an integer`);
}

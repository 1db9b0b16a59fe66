import type { Check, Comparison, Known } from '../language/ast.js';
import { ABSENT, and, FALSE, not, OPEN, or, TRUE, type Truth } from '../language/truth.js';
import {
  type CredentialMap,
  isList,
  isNull,
  matchOne,
  matchText,
  readCredential,
  type Scalar,
  type TargetValue,
} from '../language/values.js';
import { hasType, type KeyType } from './target.js';

/** A compiled check. It keeps nothing between calls, and allocates nothing for credentials with one value. */
export type Test<Row> = (credentials: CredentialMap, row: Row) => Truth;

/** Reads one target key from a row; undefined when the row has none, which is ABSENT. */
export type KeyReader<Row> = (row: Row) => TargetValue | undefined;

/** The tests of a key in comparisons: with a known value, and with `None`. */
interface KeyTests<Row> {
  readonly equals: (known: Scalar, row: Row) => Truth;
  readonly isNull: (row: Row) => Truth;
}

/** Compiles a check for decisions on known rows. */
export function compileForRow<Row>(check: Check, reader: (key: string) => KeyReader<Row>): Test<Row> {
  return compile(check, (key) => {
    const read = reader(key);
    return { equals: (known, row) => matchOne(known, read(row)), isNull: (row) => isNull(read(row)) };
  });
}

/** Compiles a check for decisions before any row is known: what depends on a row is OPEN. */
export function compileForOperation(
  check: Check,
  typeOf: (key: string) => KeyType,
): (credentials: CredentialMap) => Truth {
  const test = compile<undefined>(check, (key) => {
    const type = typeOf(key);
    return { equals: (known) => (hasType(type, known) ? OPEN : ABSENT), isNull: () => OPEN };
  });
  return (credentials) => test(credentials, undefined);
}

function compile<Row>(check: Check, keyTests: (key: string) => KeyTests<Row>): Test<Row> {
  switch (check.kind) {
    case 'constant': {
      const value = check.allows ? TRUE : FALSE;
      return () => value;
    }
    case 'role':
      return unlessDropped(compileRole(check.name));
    case 'rule':
      return compile(check.body, keyTests);
    case 'not': {
      const test = compile(check.of, keyTests);
      return (credentials, row) => not(test(credentials, row));
    }
    case 'and':
      return check.of.map((operand) => compile(operand, keyTests)).reduce(both);
    case 'or':
      return check.of.map((operand) => compile(operand, keyTests)).reduce(either);
    case 'comparison': {
      const test = compileComparison(check, keyTests);
      return isOfRoles(check.known) ? unlessDropped(test) : test;
    }
  }
}

/** Whether a comparison reads the caller's roles. */
export function isOfRoles(known: Known): boolean {
  return known.kind === 'credential' && known.path[0] === 'roles';
}

/**
 * A caller that uses fewer roles than it holds does not claim to lack the others: what one of those would make TRUE is
 * ABSENT, so that nobody passes `not role:x` by leaving a role out.
 */
function unlessDropped<Row>(test: Test<Row>): Test<Row> {
  return (credentials, row) => {
    const value = test(credentials, row);
    const { dropped_roles: dropped } = credentials;
    if (value !== FALSE || !isList(dropped)) return value;
    return test({ roles: dropped }, row) === TRUE ? ABSENT : FALSE;
  };
}

function both<Row>(a: Test<Row>, b: Test<Row>): Test<Row> {
  return (credentials, row) => {
    const value = a(credentials, row);
    return value === FALSE ? value : and(value, b(credentials, row));
  };
}

function either<Row>(a: Test<Row>, b: Test<Row>): Test<Row> {
  return (credentials, row) => {
    const value = a(credentials, row);
    return value === TRUE ? value : or(value, b(credentials, row));
  };
}

function compileRole(name: string): Test<unknown> {
  const wanted = name.toLowerCase();
  // What folds to plain ASCII has the same length; so most other names need no folding.
  const length = /^\p{ASCII}*$/u.test(wanted) ? wanted.length : undefined;
  return ({ roles }) => {
    if (!isList(roles)) return ABSENT;
    // Names usually have the same case; folding costs more than a look.
    if (roles.includes(wanted)) return TRUE;
    let value = ABSENT;
    for (const role of roles) {
      if (role === null || role === undefined) continue;
      value = FALSE;
      if (typeof role !== 'string' || (length !== undefined && role.length !== length)) continue;
      if (role.toLowerCase() === wanted) return TRUE;
    }
    return value;
  };
}

function compileComparison<Row>({ known, matched }: Comparison, keyTests: (key: string) => KeyTests<Row>): Test<Row> {
  if (matched.kind === 'text') {
    const { text } = matched;
    return compileKnown(known, (value) => matchText(value, text));
  }
  const key = keyTests(matched.name);
  if (known.kind === 'literal' && known.value === null) return (_credentials, row) => key.isNull(row);
  return compileKnown(known, key.equals);
}

/** TRUE if any known value matches, FALSE if every match is FALSE, otherwise ABSENT. */
function compileKnown<Row>(known: Known, match: (value: Scalar, row: Row) => Truth): Test<Row> {
  if (known.kind === 'literal') {
    const { value } = known;
    return value === null ? () => ABSENT : (_credentials, row) => match(value, row);
  }
  const { path } = known;
  const field = path.length === 1 ? path[0] : undefined;
  return (credentials, row) => {
    // Nearly every credential is one string in a flat map.
    const single = field === undefined ? undefined : credentials[field];
    if (typeof single === 'string') return match(single, row);
    let result: Truth | undefined;
    for (const value of readCredential(credentials, path)) {
      const one = match(value, row);
      if (one === TRUE) return TRUE;
      result = result === undefined ? one : or(result, one);
    }
    return result ?? ABSENT;
  };
}

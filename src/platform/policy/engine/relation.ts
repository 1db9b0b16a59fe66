import { type Clause, COMMA, clause, join } from '../../sql/clause.js';
import { atomsOf, type Check, type Known } from '../language/ast.js';
import { PolicyError } from '../language/errors.js';
import { type CredentialMap, NULL_TEXT, RelatedTexts, readCredential, type Scalar } from '../language/values.js';
import { isOfRoles } from './evaluate.js';
import { isComparable, type Relation, type RelationKey, type Target } from './target.js';

/** Each is a parameter of the statement. */
const VALUES_MAX = 1000;
const ROWS_MAX = 1000;

/** TRUE for rows that one of the values is tied to: a semi-join that starts from the values, which are the caller's. */
export function matches(operand: Clause, { from, row, value }: Relation, values: readonly Scalar[]): Clause {
  refuseMany(values.length, VALUES_MAX, 'values');
  return clause`${operand} in (select ${row} from ${from} where ${value} in (${texts(values)}))`;
}

/** TRUE for rows that anything is tied to. */
export function isTied(operand: Clause, { from, row, value }: Relation): Clause {
  return clause`${operand} in (select ${row} from ${from} where ${value} is not null)`;
}

/** The texts that are tied to one row, as a query of one column without nulls. */
export function textsTiedTo(ref: string, { from, row, value }: Relation): Clause {
  return clause`select ${value} from ${from} where ${row} = ${ref}::text and ${value} is not null`;
}

/** Relations that decisions depend on, each with the texts that callers are compared by. */
export class RelationReads {
  readonly #texts = new Map<RelationKey, Set<string>>();
  /** Relations for which it matters whether anything is tied: only a negation distinguishes FALSE from ABSENT. */
  readonly #negated = new Set<RelationKey>();

  /** Adds what a check reads for a caller. */
  add(check: Check, target: Target | undefined, credentials: CredentialMap): void {
    const isNegating = hasNot(check);
    for (const atom of atomsOf(check)) {
      if (atom.kind !== 'comparison' || atom.matched.kind !== 'key') continue;
      const key = target?.keys.get(atom.matched.name);
      if (key?.relation === undefined) continue;
      const values = knownValues(atom.known, credentials);
      // Without a known value the comparison says nothing, whatever is tied.
      if (values.length === 0) continue;
      const texts = this.#texts.get(key) ?? new Set([NULL_TEXT]);
      this.#texts.set(key, texts);
      if (isNegating) this.#negated.add(key);
      for (const value of values) if (typeof value === 'string') texts.add(value);
    }
  }

  textsOf(key: RelationKey): ReadonlySet<string> {
    return this.#texts.get(key) ?? new Set();
  }

  /**
   * Reads each relation for some rows.
   *
   * @param run Runs the statement, and returns its rows.
   * @param refOf What a relation refers to in a row; null for a row that nothing can be tied to.
   */
  async read<Row>(rows: readonly Row[], run: Run, refOf: (key: RelationKey, row: Row) => string | null) {
    refuseMany(rows.length, ROWS_MAX, 'rows');
    const found = rows.map((): Map<RelationKey, RelatedTexts> => new Map());
    for (const [key, texts] of this.#texts) {
      const refs = rows.map((row) => refOf(key, row));
      const wanted = [...new Set(refs.filter((ref) => ref !== null))];
      const pairs = wanted.length === 0 ? [] : await run(this.#statement(key, [...texts], wanted));
      const tied = new Map<string, Set<string>>(pairs.map(({ ref }) => [ref, new Set()]));
      for (const { ref, value } of pairs) if (value !== null) tied.get(ref)?.add(value);
      for (const [index, ref] of refs.entries())
        found[index]?.set(key, known(texts, ref === null ? null : tied.get(ref)));
    }
    return found;
  }

  #statement(key: RelationKey, values: readonly string[], refs: readonly string[]): Clause {
    const pairs = pairsOf(key.relation, values, refs);
    return this.#negated.has(key) ? clause`${pairs} union all ${tiedOf(key.relation, refs)}` : pairs;
  }
}

/** A text that is tied to a row; null says that anything is. */
export interface Pair {
  readonly ref: string;
  readonly value: string | null;
}

export type Run = (statement: Clause) => Promise<readonly Pair[]>;

function hasNot(check: Check): boolean {
  switch (check.kind) {
    case 'not':
      return true;
    case 'rule':
      return hasNot(check.body);
    case 'and':
    case 'or':
      return check.of.some(hasNot);
    default:
      return false;
  }
}

function pairsOf({ from, row, value }: Relation, values: readonly string[], refs: readonly string[]): Clause {
  const asked = values.filter((text) => isComparable('text', text));
  refuseMany(asked.length, VALUES_MAX, 'values');
  return clause`select distinct ${row} as ref, ${value} as value from ${from}
    where ${value} in (${texts(asked)}) and ${row} in (${texts(refs)})`;
}

/** Those of some rows that anything is tied to. */
function tiedOf(relation: Relation, refs: readonly string[]): Clause {
  const rows = refs.map((ref) => clause`(${ref}::text)`);
  return clause`select refs.ref, null from (values ${join(rows, COMMA)}) as refs(ref)
    where ${isTied(clause`refs.ref`, relation)}`;
}

function known(asked: ReadonlySet<string>, tied: ReadonlySet<string> | null | undefined): RelatedTexts {
  const related = new RelatedTexts(tied == null);
  for (const text of asked) related.note(text, tied?.has(text) ?? false);
  return related;
}

function knownValues(known: Known, credentials: CredentialMap): readonly (Scalar | null)[] {
  if (known.kind === 'literal') return [known.value];
  const held = readCredential(credentials, known.path);
  return isOfRoles(known) ? [...held, ...readCredential(credentials, ['dropped_roles'])] : held;
}

function refuseMany(count: number, max: number, what: string): void {
  if (count > max) throw new PolicyError(`a relation is asked about ${count} ${what}; at most ${max} are`);
}

const texts = (values: readonly Scalar[]): Clause =>
  join(
    values.map((value) => clause`${value}::text`),
    COMMA,
  );

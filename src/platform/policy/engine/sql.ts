import { Column, is } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import { type Clause, COMMA, clause, join } from '../../sql/clause.js';
import type { Scalar } from '../language/values.js';
import { isTied, matches } from './relation.js';
import type { Residue } from './residue.js';
import type { KeyType, Relation, TargetKey } from './target.js';

const AND = clause` and `;
const OR = clause` or `;

const written = new WeakMap<TargetKey<object, PgTable>, WeakMap<PgTable, Clause>>();

/** A key as SQL over a table; written once for each alias, in parentheses unless it is a column. */
export function keyOver(key: TargetKey<object, PgTable>, table: PgTable): SqlKey {
  const ofKey = written.get(key) ?? new WeakMap<PgTable, Clause>();
  written.set(key, ofKey);
  let sql = ofKey.get(table);
  if (sql === undefined) {
    const expression = key.sql(table);
    sql = is(expression, Column) ? clause`${expression}` : clause`(${expression})`;
    ofKey.set(table, sql);
  }
  return { type: key.type, list: key.list ?? false, sql, relation: key.relation };
}

/** A target key as SQL over the table, or alias, of one query. */
export interface SqlKey {
  readonly type: KeyType;
  readonly list: boolean;
  readonly sql: Clause;
  /** The relation that ties the key's values to it. */
  readonly relation?: Relation | undefined;
}

/**
 * Compiles a residue to a condition that is TRUE on exactly its rows, and FALSE or NULL elsewhere.
 *
 * Values are only passed as parameters, each cast to the key's type so that the engine need not guess. Since a residue
 * has no negation, a NULL can never turn into TRUE on the way up.
 */
export function residueToSql(residue: Residue, keyOf: (key: string) => SqlKey): Clause {
  switch (residue.kind) {
    case 'always':
      return clause`true`;
    case 'never':
      return clause`false`;
    case 'all':
    case 'any': {
      const parts = residue.of.map((part) => residueToSql(part, keyOf));
      return clause`(${join(parts, residue.kind === 'all' ? AND : OR)})`;
    }
    case 'null':
      return isNull(keyOf(residue.key));
    case 'present':
      return present(keyOf(residue.key));
    case 'equals':
      return equals(keyOf(residue.key), residue.values);
    case 'differs':
      return differs(keyOf(residue.key), residue.values);
  }
}

function isNull(key: SqlKey): Clause {
  // A relation without values is an empty list.
  return key.relation ? clause`false` : clause`${key.sql} is null`;
}

function present(key: SqlKey): Clause {
  if (key.relation) return isTied(key.sql, key.relation);
  return key.list ? clause`cardinality(${withoutNulls(key)}) > 0` : clause`${key.sql} is not null`;
}

function equals(key: SqlKey, values: readonly Scalar[]): Clause {
  if (key.relation) return matches(key.sql, key.relation, values);
  if (key.list) return elementAmong(key.sql, key.type, values);
  const [only] = values;
  if (only !== undefined && values.length === 1) return clause`${key.sql} = ${parameter(key.type, only)}`;
  return clause`${key.sql} in (${parameters(key.type, values)})`;
}

function differs(key: SqlKey, values: readonly Scalar[]): Clause {
  if (key.relation) {
    const isAmong = matches(key.sql, key.relation, values);
    return clause`(${isTied(key.sql, key.relation)} and not coalesce(${isAmong}, false))`;
  }
  if (!key.list) return clause`${key.sql} not in (${parameters(key.type, values)})`;
  const elements = withoutNulls(key);
  return clause`(cardinality(${elements}) > 0 and not ${elementAmong(elements, key.type, values)})`;
}

function elementAmong(list: Clause, type: KeyType, values: readonly Scalar[]): Clause {
  const tests = values.map((value) => clause`${parameter(type, value)} = any(${list})`);
  return clause`(${join(tests, OR)})`;
}

function withoutNulls(key: SqlKey): Clause {
  return clause`array_remove(${key.sql}, null)`;
}

function parameters(type: KeyType, values: readonly Scalar[]): Clause {
  return join(
    values.map((value) => parameter(type, value)),
    COMMA,
  );
}

function parameter(type: KeyType, value: Scalar): Clause {
  switch (type) {
    case 'text':
      return clause`${value}::text`;
    case 'integer':
      return clause`${value}::bigint`;
    case 'boolean':
      return clause`${value}::boolean`;
  }
}

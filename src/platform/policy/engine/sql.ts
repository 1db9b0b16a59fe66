import { Column, is, type SQL, sql } from 'drizzle-orm';
import type { Scalar } from '../language/values.js';
import { isTied, matches } from './relation.js';
import type { Residue } from './residue.js';
import type { KeyType, Relation } from './target.js';

/** A target key as SQL over the table, or alias, of one query. */
export interface SqlKey {
  readonly type: KeyType;
  readonly list: boolean;
  readonly sql: SQL | Column;
  /** The relation that ties the key's values to it. */
  readonly relation?: Relation | undefined;
}

/**
 * Compiles a residue to a condition that is TRUE on exactly its rows, and FALSE or NULL elsewhere.
 *
 * Values are only passed as parameters, each cast to the key's type so that the engine need not guess. Since a residue
 * has no negation, a NULL can never turn into TRUE on the way up.
 */
export function residueToSql(residue: Residue, keyOf: (key: string) => SqlKey): SQL {
  switch (residue.kind) {
    case 'always':
      return sql`true`;
    case 'never':
      return sql`false`;
    case 'all':
    case 'any': {
      const parts = residue.of.map((part) => residueToSql(part, keyOf));
      return sql`(${sql.join(parts, residue.kind === 'all' ? sql` and ` : sql` or `)})`;
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

function isNull(key: SqlKey): SQL {
  // A relation without values is an empty list.
  return key.relation ? sql`false` : sql`${operand(key)} is null`;
}

function present(key: SqlKey): SQL {
  if (key.relation) return isTied(operand(key), key.relation);
  return key.list ? sql`cardinality(${withoutNulls(key)}) > 0` : sql`${operand(key)} is not null`;
}

function equals(key: SqlKey, values: readonly Scalar[]): SQL {
  if (key.relation) return matches(operand(key), key.relation, values);
  if (key.list) return elementAmong(operand(key), key.type, values);
  const [only] = values;
  if (only !== undefined && values.length === 1) return sql`${operand(key)} = ${parameter(key.type, only)}`;
  return sql`${operand(key)} in (${parameters(key.type, values)})`;
}

function differs(key: SqlKey, values: readonly Scalar[]): SQL {
  if (key.relation) {
    const isAmong = matches(operand(key), key.relation, values);
    return sql`(${isTied(operand(key), key.relation)} and not coalesce(${isAmong}, false))`;
  }
  if (!key.list) return sql`${operand(key)} not in (${parameters(key.type, values)})`;
  const elements = withoutNulls(key);
  return sql`(cardinality(${elements}) > 0 and not ${elementAmong(elements, key.type, values)})`;
}

function elementAmong(list: SQL, type: KeyType, values: readonly Scalar[]): SQL {
  const tests = values.map((value) => sql`${parameter(type, value)} = any(${list})`);
  return sql`(${sql.join(tests, sql` or `)})`;
}

function withoutNulls(key: SqlKey): SQL {
  return sql`array_remove(${operand(key)}, null)`;
}

function operand({ sql: expression }: SqlKey): SQL {
  return is(expression, Column) ? sql`${expression}` : sql`(${expression})`;
}

function parameters(type: KeyType, values: readonly Scalar[]): SQL {
  return sql.join(
    values.map((value) => parameter(type, value)),
    sql`, `,
  );
}

function parameter(type: KeyType, value: Scalar): SQL {
  switch (type) {
    case 'text':
      return sql`${value}::text`;
    case 'integer':
      return sql`${value}::bigint`;
    case 'boolean':
      return sql`${value}::boolean`;
  }
}

import { type Column, getTableName, type SQL } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import { PolicyError } from '../language/errors.js';
import type { RelatedTexts, Scalar, TargetValue } from '../language/values.js';
import { isKeyName } from '../language/word.js';

/** The type of a target key's value, or of its elements when it is a list. */
export type KeyType = 'text' | 'integer' | 'boolean';

interface TypeOf {
  text: string;
  integer: number;
  boolean: boolean;
}

/** Which texts are tied to which rows, as SQL: a table, or several joined. An index on `value` makes it fast. */
export interface Relation {
  readonly from: PgTable | SQL;
  /** The column that refers to the row. */
  readonly row: Column;
  /** The column with what is tied to it; of a text type. */
  readonly value: Column;
}

/**
 * A key whose texts are tied to a row by a relation, however many they are. Its condition is made from the relation,
 * for lists and for single rows alike, so it has only one form.
 */
export interface RelationKey<Row = object, Table = PgTable> {
  readonly type: 'text';
  readonly list: true;
  readonly relation: Relation;
  /** What the relation's `row` refers to. */
  row(row: Row): string | null;
  sql(table: Table): Column;
}

/** Target keys with their values, as they would be read from a row. */
export type TargetValues = Readonly<Record<string, TargetValue>>;

export function valueAt(values: TargetValues, key: string): TargetValue | undefined {
  return Object.hasOwn(values, key) ? values[key] : undefined;
}

const RELATED: unique symbol = Symbol('related');

/** A row with the relations that decide on one caller, already read. */
export interface Related {
  readonly [RELATED]: ReadonlyMap<RelationKey, RelatedTexts>;
}

export function withRelated<Row extends object>(
  row: Row,
  related: ReadonlyMap<RelationKey, RelatedTexts>,
): Row & Related {
  return { ...row, [RELATED]: related };
}

/** Undefined when nothing was read: the key then says nothing, as for a row without the relation. */
export function relatedTo(row: Partial<Related>, key: RelationKey): RelatedTexts | undefined {
  return row[RELATED]?.get(key);
}

/**
 * One key, twice: as a pure function of a row, and as SQL over any alias of the row's table. The two must agree, with
 * null for a missing value in both; the property test of the policy core defines what agreement means.
 *
 * The SQL of a `text` key must be of a text type (cast an enum), that of a list key an array. Both functions are
 * methods so that one registry can hold targets of different tables; the registry checks the table itself.
 */
export type ColumnKey<Row, Table> = {
  [Type in KeyType]:
    | {
        readonly type: Type;
        readonly list?: false | undefined;
        readonly relation?: undefined;
        row(row: Row): TypeOf[Type] | null;
        sql(table: Table): SQL | Column;
      }
    | {
        readonly type: Type;
        readonly list: true;
        readonly relation?: undefined;
        row(row: Row): readonly (TypeOf[Type] | null)[] | null;
        sql(table: Table): SQL | Column;
      };
}[KeyType];

export type TargetKey<Row, Table> = ColumnKey<Row, Table> | RelationKey<Row, Table>;

/** What the policies of one kind of row may read. */
export interface Target<Row = object, Table = PgTable> {
  readonly table: Table;
  readonly keys: ReadonlyMap<string, TargetKey<Row, Table>>;
}

/**
 * Declares the target keys of a table: `defineTarget<AllowlistRow>()(allowlists, { project_id: … })`. The row type is
 * named first because it need not be the table's: a key may read what the service loaded with the row. Only `Related`
 * rows may have relation keys, so that a decision without the relations does not compile.
 */
export function defineTarget<Row extends object>() {
  return <Table extends PgTable>(
    table: Table,
    keys: Readonly<Record<string, ColumnKey<Row, Table> | (Row extends Related ? RelationKey<Row, Table> : never)>>,
  ): Target<Row, Table> => {
    for (const name of Object.keys(keys)) {
      if (!isKeyName(name))
        throw new PolicyError(
          `target ${getTableName(table)}: ${JSON.stringify(name)} cannot be written as a target key`,
        );
    }
    return { table, keys: new Map<string, TargetKey<Row, Table>>(Object.entries(keys)) };
  };
}

/** Whether a known value has a key's type; values of different types are never equal. */
export function hasType(type: KeyType, value: Scalar): boolean {
  switch (type) {
    case 'text':
      return typeof value === 'string';
    case 'integer':
      return Number.isSafeInteger(value);
    case 'boolean':
      return typeof value === 'boolean';
  }
}

/**
 * Whether a known value can equal a stored key at all. Text that Postgres cannot store equals nothing in it; this keeps
 * such a value out of the query, where it would be an error or be changed on the way.
 */
export function isComparable(type: KeyType, value: Scalar): boolean {
  return hasType(type, value) && !(typeof value === 'string' && (value.includes('\0') || /\p{Cs}/u.test(value)));
}

/** `schema.table` as created, whatever alias a query gave it. Drizzle keeps both under registered symbols. */
export function originalName(table: PgTable): string {
  const name: unknown = Reflect.get(table, Symbol.for('drizzle:OriginalName'));
  const schema: unknown = Reflect.get(table, Symbol.for('drizzle:Schema'));
  return `${typeof schema === 'string' ? schema : 'public'}.${String(name)}`;
}

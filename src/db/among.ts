import { type Column, eq, type SQL, sql } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import { badInput } from '../platform/errors.js';
import { VALUES_MAX } from '../platform/short-list.js';
import { type Clause, COMMA, clause, join, values as listed } from '../platform/sql/clause.js';
import { isStorable } from '../platform/text.js';

/** The values that a filter asks for; null or absent when it does not ask. */
export type Values<Value extends string = string> = readonly Value[] | null | undefined;

/** What a column of texts can hold; an expression says nothing of its kind. */
type TextOf<Of> = Of extends Column ? Extract<Of['_']['data'], string> : string;

/** @throws Refusal BAD_USER_INPUT when a filter has too many values. */
export function requireFew(values: Values): void {
  if (values != null && values.length > VALUES_MAX) throw badInput(`A filter has at most ${VALUES_MAX} values.`);
}

/** Whether a text is among the values of a filter. @throws Refusal as `requireFew` does. */
export function among<Of extends Column | Clause | SQL>(what: Of, values: Values<TextOf<Of>>): Clause | undefined {
  if (values == null) return undefined;
  requireFew(values);
  // Text that Postgres cannot store equals nothing in it.
  const storable = values.filter(isStorable);
  return storable.length === 0 ? clause`false` : clause`${what} in (${listed(storable)})`;
}

/** A filter that asks for rows with any of some values. */
export interface AnyOf {
  /** The condition on a row. */
  readonly where: Clause;
  /** The same by one value after the other: an index has the rows of one value in an order, but not those of several. */
  readonly each?: readonly Clause[] | Many | undefined;
}

/** Values that are too many to be planned one by one, or not known: a FROM item, and the condition on a row and one of them. */
export interface Many {
  readonly values: Clause;
  readonly isOne: Clause;
}

/** Rows whose column has any of these values; undefined when the filter does not ask. @throws Refusal as `requireFew` does. */
export function anyOf<Of extends Column>(column: Of, values: Values<TextOf<Of>>): AnyOf | undefined {
  const where = among(column, values);
  return where && { where, each: eachOf(column, values ?? []) };
}

/** Each of so many values gets its own plan, which knows whether its rows are few. */
const PLANNED_MAX = 8;

/** `each`, when there are several values. */
function eachOf(column: Column, values: readonly string[]): AnyOf['each'] {
  const texts = [...new Set(values)].filter(isStorable);
  if (texts.length < 2) return undefined;
  if (texts.length <= PLANNED_MAX) return texts.map((text) => clause`${column} = ${text}`);
  const rows = texts.map((text) => clause`(${text}::text)`);
  return { values: clause`(values ${join(rows, COMMA)}) as one (value)`, isOne: clause`${column} = one.value` };
}

/** The same for rows that refer to others: the texts are looked for in a column of these. */
export function anyReferred(column: Column, to: Reference, values: Values): AnyOf | undefined {
  const isAmong = among(clause`${to.named}`, values);
  if (isAmong === undefined) return undefined;
  const ids = clause`(select ${to.id} from ${to.table} where ${isAmong})`;
  return {
    where: clause`${column} in ${ids}`,
    each: { values: clause`${ids} as one (value)`, isOne: clause`${column} = one.value` },
  };
}

/** The rows that a column refers to by their id, and their column that a filter names. */
interface Reference {
  readonly table: PgTable;
  readonly id: Column;
  readonly named: Column;
}

/** Whether a column has exactly this text, which may be any that a caller sent. */
export const equals = (column: Column, text: string): SQL => (isStorable(text) ? eq(column, text) : sql`false`);

/** As `among`, for texts in memory. @throws Refusal as `requireFew` does. */
export function amongThese(values: Values): (text: unknown) => boolean {
  if (values == null) return () => true;
  requireFew(values);
  const asked = new Set<unknown>(values);
  return (text) => asked.has(text);
}

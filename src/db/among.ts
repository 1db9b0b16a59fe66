import { type Column, eq, type SQL, sql } from 'drizzle-orm';
import { badInput } from '../platform/errors.js';
import { VALUES_MAX } from '../platform/short-list.js';
import { type Clause, clause, values as listed } from '../platform/sql/clause.js';
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

/** Whether a column has exactly this text, which may be any that a caller sent. */
export const equals = (column: Column, text: string): SQL => (isStorable(text) ? eq(column, text) : sql`false`);

/** As `among`, for texts in memory. @throws Refusal as `requireFew` does. */
export function amongThese(values: Values): (text: unknown) => boolean {
  if (values == null) return () => true;
  requireFew(values);
  const asked = new Set<unknown>(values);
  return (text) => asked.has(text);
}

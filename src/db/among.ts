import { type Column, inArray, type SQL, sql } from 'drizzle-orm';
import { badInput } from '../platform/errors.js';
import { VALUES_MAX } from '../platform/short-list.js';

/** The values that a filter asks for; null or absent when it does not ask. */
export type Values<Value extends string = string> = readonly Value[] | null | undefined;

/** What a column of texts can hold; an expression says nothing of its kind. */
type TextOf<Of> = Of extends Column ? Extract<Of['_']['data'], string> : string;

/** @throws Refusal BAD_USER_INPUT when a filter has too many values. */
export function requireFew(values: Values): void {
  if (values != null && values.length > VALUES_MAX) throw badInput(`A filter has at most ${VALUES_MAX} values.`);
}

/** Whether a text is among the values of a filter. @throws Refusal as `requireFew` does. */
export function among<Of extends Column | SQL>(what: Of, values: Values<TextOf<Of>>): SQL | undefined {
  if (values == null) return undefined;
  requireFew(values);
  // Text that Postgres cannot store equals nothing in it.
  const storable = values.filter((value) => !/[\0\p{Cs}]/u.test(value));
  return storable.length === 0 ? sql`false` : inArray(sql`${what}`, storable);
}

/** The same for texts in memory. @throws Refusal as `requireFew` does. */
export function amongThese(values: Values): (text: unknown) => boolean {
  if (values == null) return () => true;
  requireFew(values);
  const asked = new Set<unknown>(values);
  return (text) => asked.has(text);
}

import type { PgColumn } from 'drizzle-orm/pg-core';
import type { Kind } from '../platform/ids.js';

/** Rows that point at objects, by a column with the objects' ids. */
export interface Reference {
  /** The kind of object; content has a digest instead of an id. */
  readonly to: Kind | 'Content';
  readonly column: PgColumn;
  /**
   * If set, such rows prevent the deletion of their object; the words that people use for one row, and for several.
   * Without it the rows are deleted with the object.
   */
  readonly keepsAs?: readonly [one: string, several: string];
}

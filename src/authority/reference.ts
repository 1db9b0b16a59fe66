import type { PgColumn } from 'drizzle-orm/pg-core';
import type { Kind } from '../platform/ids.js';

/** Rows that point at objects, by a column with their ids. */
export interface Reference {
  /** What they point at; content has no id but a digest. */
  readonly to: Kind | 'Content';
  readonly column: PgColumn;
  /**
   * That an object is not deleted as long as such rows point at it, and what people call one of them, and several.
   * Without it they go along with the object.
   */
  readonly keepsAs?: readonly [one: string, several: string];
}

import type { PgColumn } from 'drizzle-orm/pg-core';

/** Rows that domains or projects own, which cannot be deleted while they own any. */
export interface OwnedRows {
  /** What people call one of them, and several. */
  readonly names: readonly [one: string, several: string];
  /** Which column has the owner's id, for each kind of owner that such rows have. */
  readonly domainId?: PgColumn;
  readonly projectId?: PgColumn;
}

import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import type { Kind } from '../platform/ids.js';
import type { Policy } from '../platform/policy/index.js';

/** Objects that a search finds by their id, and by their name where they have one. */
export interface Searchable {
  readonly of: Kind;
  readonly table: PgTable & { readonly id: PgColumn };
  /** A `codePointText` with an index for each reader, as `nameStartsWith` of a list needs it. */
  readonly name?: PgColumn;
  /** How names are stored, where they are not as people write them. */
  readonly nameOf?: (text: string) => string;
  /** Who may read a row. */
  readonly read: Policy<never>;
  readonly domainId?: PgColumn;
  readonly projectId?: PgColumn;
}

import { customType } from 'drizzle-orm/pg-core';

/**
 * A text that is ordered by its code points. Any other text is ordered by the database's collation, which differs from
 * one Postgres to the next, and from that of the embedded engine.
 */
export const codePointText = customType<{ data: string }>({ dataType: () => 'text COLLATE "C"' });

import type { SQL } from 'drizzle-orm';

/**
 * The rows of one table, or of one alias of it, that a caller may see, as a condition for a query's WHERE.
 *
 * Only the registry makes one, and its type is tied to the table's, so a query that takes a `Visible<typeof nodes>`
 * accepts neither a condition that its author wrote nor one for another table.
 */
export class Visible<Table> {
  readonly #where: SQL;
  /** Exists only in the type: it makes `Visible` of one table differ from that of any other. */
  declare readonly _table: (table: Table) => Table;

  constructor(where: SQL) {
    this.#where = where;
  }

  /** TRUE on exactly the rows that every one of its policies allows. */
  get where(): SQL {
    return this.#where;
  }
}

import type { SQL } from 'drizzle-orm';

/**
 * The rows of one table, or of one alias of it, that a caller may see, as a condition for a query's WHERE.
 *
 * Only the registry makes one, and its type is tied to the table's, so a query that asks for a `Visible<typeof nodes>`
 * can be given neither a condition of its author's own nor one that was made for another table.
 */
export class Visible<Table> {
  readonly #where: SQL;
  /** Exists in the type only: it makes `Visible` of one table unlike `Visible` of any other. */
  declare readonly _table: (table: Table) => Table;

  constructor(where: SQL) {
    this.#where = where;
  }

  /** TRUE on exactly the rows on which every policy it was made for allows. */
  get where(): SQL {
    return this.#where;
  }
}

import type { SQL } from 'drizzle-orm';
import type { Clause } from '../../sql/clause.js';

/**
 * The rows of one table, or of one alias of it, that a caller may see, as a condition for a query's WHERE.
 *
 * Only the registry makes one, and its type is tied to the table's, so a query that takes a `Visible<typeof nodes>`
 * accepts neither a condition that its author wrote nor one for another table.
 */
export class Visible<Table> {
  /** TRUE on exactly the rows that every one of its policies allows. */
  readonly clause: Clause;
  /** Exists only in the type: it makes `Visible` of one table differ from that of any other. */
  declare readonly _table: (table: Table) => Table;

  constructor(clause: Clause) {
    this.clause = clause;
  }

  /** The same for the query builder. */
  get where(): SQL {
    return this.clause.getSQL();
  }
}

import type { SQL } from 'drizzle-orm';
import type { Clause } from '../../sql/clause.js';

/** A condition on rows, and the target keys that it is about. */
export interface Way {
  readonly where: Clause;
  readonly keys: ReadonlySet<string>;
}

/**
 * The rows of one table, or of one alias of it, that a caller may see, as a condition for a query's WHERE.
 *
 * Only the registry makes one, and its type is tied to the table's, so a query that takes a `Visible<typeof nodes>`
 * accepts neither a condition that its author wrote nor one for another table.
 */
export class Visible<Table> {
  /** TRUE on exactly the rows that every one of its policies allows. */
  readonly clause: Clause;
  readonly #ways: (whole: Clause) => readonly Way[];
  /** Exists only in the type: it makes `Visible` of one table differ from that of any other. */
  declare readonly _table: (table: Table) => Table;

  constructor(clause: Clause, ways: (whole: Clause) => readonly Way[]) {
    this.clause = clause;
    this.#ways = ways;
  }

  /** The same for the query builder. */
  get where(): SQL {
    return this.clause.getSQL();
  }

  /**
   * The same rows, each by at least one of these conditions, where possible without OR. An index has the rows of one of
   * them in an order, but no index has those of an OR in any order.
   */
  get ways(): readonly Way[] {
    return this.#ways(this.clause);
  }
}

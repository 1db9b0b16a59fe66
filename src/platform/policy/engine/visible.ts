import type { SQL } from 'drizzle-orm';

/** A condition on rows, and the target keys that it is about. */
export interface Way {
  readonly where: SQL;
  readonly keys: ReadonlySet<string>;
}

/**
 * The rows of one table, or of one alias of it, that a caller may see, as a condition for a query's WHERE.
 *
 * Only the registry makes one, and its type is tied to the table's, so a query that takes a `Visible<typeof nodes>`
 * accepts neither a condition that its author wrote nor one for another table.
 */
export class Visible<Table> {
  readonly #where: SQL;
  readonly #ways: readonly Way[];
  /** Exists only in the type: it makes `Visible` of one table differ from that of any other. */
  declare readonly _table: (table: Table) => Table;

  constructor(where: SQL, ways: readonly Way[]) {
    this.#where = where;
    this.#ways = ways;
  }

  /** TRUE on exactly the rows that every one of its policies allows. */
  get where(): SQL {
    return this.#where;
  }

  /**
   * The same rows, each by at least one of these conditions, where possible without OR. An index has the rows of one of
   * them in an order, but no index has those of an OR in any order.
   */
  get ways(): readonly Way[] {
    return this.#ways;
  }
}

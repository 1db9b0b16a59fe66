import type { PgDatabase, PgQueryResultHKT, PgTransactionConfig } from 'drizzle-orm/pg-core';
import type { Cause } from './errors.js';
import type { GateUse, Share } from './gate.js';
import type { Way } from './prepared.js';

/**
 * Where statements run: the database, or one of its transactions. Repositories take one as their first argument and
 * never know the engine. Code that takes one cannot begin a transaction.
 */
// biome-ignore lint/suspicious/noExplicitAny: drizzle leaves the schema of a database open only through any.
export interface Db extends Omit<PgDatabase<PgQueryResultHKT, any>, 'transaction'> {
  /**
   * Sends a statement as it is, without the query builder. Its values are of types that both engines take as they are,
   * and its rows are as the engine gives them; times are text in both. See `statement.ts`.
   */
  send<Row>(text: string, values: readonly unknown[]): Promise<readonly Row[]>;
}

declare const transaction: unique symbol;
/**
 * A transaction; only `RootDb.transaction` makes one. Inside it nothing else may be used: on the embedded engine an
 * outer statement would wait forever.
 */
export interface Tx extends Db {
  readonly [transaction]: true;
}

/** The database itself, outside of any transaction. */
export interface RootDb extends Db {
  /** Commits when `run` resolves, rolls back when it rejects. */
  transaction<T>(run: (tx: Tx) => Promise<T>, config?: PgTransactionConfig): Promise<T>;
}

export type Engine = 'embedded' | 'postgres';

/** An open database with its migrations applied. */
export interface Database {
  readonly engine: Engine;
  readonly db: RootDb;
  /** The same for another share of the connections, its transactions included; `db` uses `read` and `write`. */
  at(share: Share): RootDb;
  /** How a share uses connections now, and how often it was refused one. */
  use(share: Share): GateUse;
  /** How often the database could not serve, by cause. */
  failures(cause: Cause): number;
  /** How many statements went to Postgres in each way; the embedded engine prepares none and counts none. */
  sent(way: Way): number;
  /** Why it cannot take reads and writes, in one line that anybody may read; null when it can. */
  health(): Promise<string | null>;
  /**
   * Calls `heard` with each topic that any process passes to `notify` from now on. After a lost connection was restored
   * it passes `EVERY_TOPIC`, since topics may have been missed. Resolves to a function that ends it.
   */
  listen(heard: (topic: string) => void): Promise<() => Promise<void>>;
  /** Records that the first start is complete: from now on the database is never created again, whatever is missing. */
  started(): void;
  close(): Promise<void>;
}

/** Sees every statement with its parameters. Tests count statements with it; nothing logs parameters. */
export interface StatementListener {
  logQuery(statement: string, parameters: unknown[]): void;
}

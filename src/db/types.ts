import type { PgDatabase, PgQueryResultHKT, PgTransactionConfig } from 'drizzle-orm/pg-core';
import type { Cause } from './errors.js';
import type { GateUse, Share } from './gate.js';

/**
 * Where statements go: the database, or a transaction of it. Repositories take one as their first argument and never
 * know which engine is behind it. Nothing that takes one can begin a transaction.
 */
// biome-ignore lint/suspicious/noExplicitAny: drizzle leaves the schema of a database open only through any.
export interface Db extends Omit<PgDatabase<PgQueryResultHKT, any>, 'transaction'> {}

declare const transaction: unique symbol;
/**
 * A transaction, which only `RootDb.transaction` gives. Inside one nothing else may be used: on the embedded engine an
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
  /** The same for another share of the connections, its transactions included; `db` is for `read` and `write`. */
  at(share: Share): RootDb;
  /** How each share of the connections is used just now, and how many it was refused. */
  use(share: Share): GateUse;
  /** How often the database could not serve, by why. */
  failures(cause: Cause): number;
  /** What keeps it from taking reads and writes, in one line that anybody may read; null when nothing does. */
  health(): Promise<string | null>;
  /**
   * Hears what `notify` says, in any process, from now on. A connection that is lost is made anew, and then `EVERY_TOPIC`
   * is heard, since something may have been missed. Resolves to what ends it.
   */
  listen(heard: (topic: string) => void): Promise<() => Promise<void>>;
  /** Says that the first start is finished: the database is never made anew from here on, whatever goes missing. */
  started(): void;
  close(): Promise<void>;
}

/** Sees every statement with its parameters; tests count statements with it, nothing logs parameters. */
export interface StatementListener {
  logQuery(statement: string, parameters: unknown[]): void;
}

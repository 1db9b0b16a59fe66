import type { PgDatabase, PgQueryResultHKT, PgTransaction } from 'drizzle-orm/pg-core';
import type { RootDb, Tx } from './types.js';

// biome-ignore lint/suspicious/noExplicitAny: drizzle leaves the schema of a database open only through any.
type Transaction = PgTransaction<PgQueryResultHKT, any, any>;

/** Turns drizzle's database into ours, whose transactions cannot be nested. */
// biome-ignore lint/suspicious/noExplicitAny: as above.
export function rootOf(database: PgDatabase<PgQueryResultHKT, any>): RootDb {
  const begin = database.transaction.bind(database);
  const transaction: RootDb['transaction'] = (run, config) => begin((tx) => run(flat(tx)), config);
  return Object.assign(database, { transaction }) as unknown as RootDb;
}

/** Drizzle would make a savepoint; after its rollback, what failed looks as if it had not been tried. */
function flat(tx: Transaction): Tx {
  const transaction = async () => {
    throw new Error('A transaction cannot begin inside another: pass `tx` on, or begin it after this one ended.');
  };
  return Object.assign(tx, { transaction }) as unknown as Tx;
}

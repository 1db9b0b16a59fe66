import type { PgDatabase, PgQueryResultHKT, PgTransaction } from 'drizzle-orm/pg-core';
import type { Db, RootDb, StatementListener, Tx } from './types.js';

// biome-ignore lint/suspicious/noExplicitAny: drizzle leaves the schema of a database open only through any.
type Database = PgDatabase<PgQueryResultHKT, any>;
// biome-ignore lint/suspicious/noExplicitAny: as above.
type Transaction = PgTransaction<PgQueryResultHKT, any, any>;

/** How a driver's client runs a text with values. */
export type SendOn<Client> = (client: Client, text: string, values: readonly unknown[]) => PromiseLike<unknown>;

/** What drizzle keeps in its handles, and does not tell the compiler. */
interface Handle<Client> {
  readonly session: { readonly client: Client; readonly logger: StatementListener };
}

/** Turns drizzle's database into ours, whose transactions cannot be nested. */
export function rootOf<Client>(database: Database, sendOn: SendOn<Client>): RootDb {
  const begin = database.transaction.bind(database);
  const transaction: RootDb['transaction'] = (run, config) => begin((tx) => run(flat(tx, sendOn)), config);
  return Object.assign(database, { transaction, send: sending(database, sendOn) }) as unknown as RootDb;
}

/** Drizzle would make a savepoint; after its rollback, what failed looks as if it had not been tried. */
function flat<Client>(tx: Transaction, sendOn: SendOn<Client>): Tx {
  const transaction = async () => {
    throw new Error('A transaction cannot begin inside another: pass `tx` on, or begin it after this one ended.');
  };
  return Object.assign(tx, { transaction, send: sending(tx, sendOn) }) as unknown as Tx;
}

function sending<Client>(handle: Database, sendOn: SendOn<Client>): Db['send'] {
  const { client, logger } = (handle as unknown as Handle<Client>).session;
  return async <Row>(text: string, values: readonly unknown[]) => {
    logger.logQuery(text, values as unknown[]);
    try {
      return (await sendOn(client, text, values)) as readonly Row[];
    } catch (cause) {
      // As drizzle names it, for `faultForLog`; without the values, which can be secrets.
      throw new Error(`Failed query: ${text}`, { cause });
    }
  };
}

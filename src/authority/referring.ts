import { sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { databaseFault } from '../db/errors.js';
import type { Db } from '../db/open.js';
import { rowsOf } from '../db/rows.js';
import { inUse } from '../platform/errors.js';
import type { Id, Kind } from '../platform/ids.js';
import type { Act } from './mutate.js';

/** Rows that prevent the deletion of an object. */
export interface Referring {
  readonly names: readonly [one: string, several: string];
  readonly count: number;
}

/** How many rows of each kind prevent an object's deletion, zeros included; all domains, served or not. One query. */
export async function referringTo<K extends Kind>(act: Act, to: K, id: Id<NoInfer<K>>): Promise<readonly Referring[]> {
  const keeping = act.context.references.flatMap((reference) =>
    reference.to === to && reference.keepsAs ? [{ names: reference.keepsAs, column: reference.column }] : [],
  );
  if (keeping.length === 0) return [];
  const counts = await countEach(
    act.tx,
    keeping.map(({ column }) => column),
    id,
  );
  return keeping.map(({ names }, index) => ({ names, count: counts[index] ?? 0 }));
}

/** For each column, the number of rows that have an id. */
async function countEach(tx: Db, columns: readonly PgColumn[], id: string): Promise<readonly number[]> {
  const counts = columns.map((column) => sql`(select count(*) from ${column.table} where ${column} = ${id})`);
  const statement = sql`select json_build_array(${sql.join(counts, sql`, `)}) as counts`;
  const [row] = await rowsOf<{ counts: readonly number[] }>(tx, statement);
  return row?.counts ?? [];
}

/** @throws UserErrors IN_USE with the count of each kind of row that prevents the deletion. */
export async function refuseWhileReferred<K extends Kind>(
  act: Act,
  to: K,
  id: Id<NoInfer<K>>,
  verb: 'still owns' | 'is still used by',
): Promise<void> {
  const told = (await referringTo(act, to, id)).flatMap(({ names: [one, several], count }) =>
    count === 0 ? [] : [`${count} ${count === 1 ? one : several}`],
  );
  const what = to.toLowerCase();
  if (told.length > 0) throw inUse(`The ${what} ${verb} ${told.join(', ')}.`, what);
}

/** Runs a removal. A foreign key that no reference declares can prevent it: an error for the caller, not a fault. */
export async function inUseWhenReferred<T>(what: string, remove: () => Promise<T>): Promise<T> {
  try {
    return await remove();
  } catch (error) {
    if (databaseFault(error).kind !== 'foreign-key') throw error;
    throw inUse(`Something else still uses the ${what}.`, what);
  }
}

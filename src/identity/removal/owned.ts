import { sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { Act } from '../../authority/index.js';
import { databaseFault } from '../../db/errors.js';
import { rowsOf } from '../../db/rows.js';
import { inUse } from '../../platform/errors.js';

type Kind = 'domain' | 'project';

/** @throws UserErrors IN_USE that counts what a domain or a project owns, by kind. */
export async function refuseWhileOwning(act: Act, owner: Kind, id: string): Promise<void> {
  const kinds = act.context.owned.flatMap(({ names, domainId, projectId }) => {
    const column = owner === 'domain' ? domainId : projectId;
    return column === undefined ? [] : [{ names, column }];
  });
  const counts = await countEach(
    act,
    kinds.map(({ column }) => column),
    id,
  );
  const told = kinds.flatMap(({ names: [one, several] }, index) => {
    const count = counts[index] ?? 0;
    return count === 0 ? [] : [`${count} ${count === 1 ? one : several}`];
  });
  if (told.length > 0) throw inUse(`The ${owner} still owns ${told.join(', ')}.`, owner);
}

/** How many rows each column has with an id, in one statement. */
async function countEach({ tx }: Act, columns: readonly PgColumn[], id: string): Promise<readonly number[]> {
  const counts = columns.map((column) => sql`(select count(*) from ${column.table} where ${column} = ${id})`);
  const statement = sql`select json_build_array(${sql.join(counts, sql`, `)}) as counts`;
  const [row] = await rowsOf<{ counts: readonly number[] }>(tx, statement);
  return row?.counts ?? [];
}

/** Runs a removal. What nobody thought of keeps the object by its foreign key; that is the caller's to know, no fault. */
export async function inUseWhenReferred<T>(what: string, remove: () => Promise<T>): Promise<T> {
  try {
    return await remove();
  } catch (error) {
    if (databaseFault(error).kind !== 'foreign-key') throw error;
    throw inUse(`Something else still uses the ${what}.`, what);
  }
}

import type { PgTable } from 'drizzle-orm/pg-core';
import { type Clause, type Condition, clause, join } from '../platform/sql/clause.js';
import { rowsOf } from './rows.js';
import type { Db } from './types.js';

/** Each kind of rows is counted up to here, so that many of one hide none of another. */
export const EACH_MAX = 2_000;

/** Rows to count under a name. An index must have those that meet the condition together. */
export interface Kind {
  readonly key: string;
  readonly from: PgTable | Clause;
  readonly where: Condition;
}

/** How many rows of a kind there are: all of them, or `EACH_MAX` of more. */
export interface Counted {
  readonly count: number;
  readonly isComplete: boolean;
}

const UNION = clause` union all `;

/**
 * At most `EACH_MAX` rows of each kind and one more, as a FROM item: each with the key of its kind.
 * @param columns What else to select of a row, behind a comma.
 */
export function someOfEach(kinds: readonly Kind[], columns = clause``): Clause {
  const some = kinds.map(
    ({ key, from, where }) =>
      clause`(select ${key}::text as key${columns} from ${from} where ${where ?? clause`true`} limit ${EACH_MAX + 1})`,
  );
  return clause`(${join(some, UNION)}) counted`;
}

export const countedUpTo = (found: number): Counted => ({
  count: Math.min(found, EACH_MAX),
  isComplete: found <= EACH_MAX,
});

/** Counts each kind, in one statement. */
export async function countEach(db: Db, kinds: readonly Kind[]): Promise<ReadonlyMap<string, Counted>> {
  const rows = await rowsOf<{ key: string; found: number }>(
    db,
    clause`select key, count(*)::int as found from ${someOfEach(kinds)} group by key`,
  );
  const found = new Map(rows.map((row) => [row.key, row.found]));
  return new Map(kinds.map(({ key }) => [key, countedUpTo(found.get(key) ?? 0)]));
}

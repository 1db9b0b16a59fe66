import type { Db } from '../db/open.js';
import { rowsOf } from '../db/rows.js';
import { type PolicyRef, type Related, RelationReads, withRelated } from '../platform/policy/index.js';
import type { AuthorizationContext } from './context.js';

/**
 * Rows with the relations that policies need to decide on them for this caller. They are read as they are now, in the
 * database or in the transaction: write rows before you call this. Nothing is read where the policies need no relation
 * for such a caller.
 */
export async function related<Row extends object>(
  db: Db,
  { policies, candidate, actor }: AuthorizationContext,
  decidedBy: readonly PolicyRef<NoInfer<Row> & Related>[],
  rows: readonly Row[],
): Promise<(Row & Related)[]> {
  const reads = new RelationReads();
  for (const registry of [policies, ...(candidate === null ? [] : [candidate.policies])]) {
    for (const policy of decidedBy) registry.addRelations(policy, actor, reads);
  }
  const found = await reads.read(
    rows,
    (statement) => rowsOf(db, statement),
    (key, row) => key.row(row),
  );
  return rows.map((row, index) => withRelated(row, found[index] ?? new Map()));
}

import { type AuthorizationContext, requireVisible } from '../../authority/index.js';
import type { Db } from '../../db/open.js';
import { rowsWhere } from '../../db/rows.js';
import type { Id } from '../../platform/ids.js';
import { type Clause, clause } from '../../platform/sql/clause.js';
import { isStorable } from '../../platform/text.js';
import { nodeGet } from './policies.js';
import { type NodeRow, nodes } from './tables.js';
import { foldedName } from './valid.js';

/** A node by id or by name. One of the two. */
export interface NodeRef {
  readonly id?: Id<'Node'> | null | undefined;
  readonly name?: string | null | undefined;
}

/** Whether a row is the node that a reference names. */
export function isNode({ id, name }: NodeRef): Clause {
  if (id != null) return clause`${nodes.id} = ${id}`;
  const folded = foldedName(name ?? '');
  return isStorable(folded) ? clause`${nodes.name} = ${folded}` : clause`false`;
}

/** @throws Refusal NOT_FOUND for a node that is missing or that the caller may not read. */
export async function requireNode(from: AuthorizationContext, db: Db, ref: NodeRef): Promise<NodeRow> {
  const [row] = await rowsWhere(db, nodes, isNode(ref));
  return requireVisible(from, nodeGet, row, 'node');
}

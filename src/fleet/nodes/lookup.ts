import { eq } from 'drizzle-orm';
import { type AuthorizationContext, requireVisible } from '../../authority/index.js';
import { equals } from '../../db/among.js';
import type { Db } from '../../db/open.js';
import type { Id } from '../../platform/ids.js';
import { nodeGet } from './policies.js';
import { type NodeRow, nodes } from './tables.js';
import { foldedName } from './valid.js';

/** A node by id or by name. One of the two. */
export interface NodeRef {
  readonly id?: Id<'Node'> | null | undefined;
  readonly name?: string | null | undefined;
}

export const isNode = ({ id, name }: NodeRef) =>
  id != null ? eq(nodes.id, id) : equals(nodes.name, foldedName(name ?? ''));

/** @throws Refusal NOT_FOUND for a node that is missing or that the caller may not read. */
export async function requireNode(from: AuthorizationContext, db: Db, ref: NodeRef): Promise<NodeRow> {
  const [row] = await db.select().from(nodes).where(isNode(ref));
  return requireVisible(from, nodeGet, row, 'node');
}

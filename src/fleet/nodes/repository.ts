import { and, inArray } from 'drizzle-orm';
import type { Db } from '../../db/open.js';
import type { Id } from '../../platform/ids.js';
import type { Visible } from '../../platform/policy/index.js';
import { type NodeRow, nodes } from './tables.js';

type VisibleNodes = Visible<typeof nodes>;

export function listByIds(db: Db, visible: VisibleNodes, ids: readonly Id<'Node'>[]): Promise<NodeRow[]> {
  return db
    .select()
    .from(nodes)
    .where(and(visible.where, inArray(nodes.id, [...ids])));
}

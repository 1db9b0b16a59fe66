import { byId, type Feed, mayOn } from '../../authority/index.js';
import { amongThese, type Values } from '../../db/among.js';
import { rowsWhere } from '../../db/rows.js';
import type { NodeConditionType } from '../../generated/graphql.js';
import { toId } from '../../platform/ids.js';
import { clause, values } from '../../platform/sql/clause.js';
import { nodeGet } from '../nodes/index.js';
import { type NodeRow, nodes } from '../nodes/tables.js';

export const NODE_CHANGED = 'node.changed';

interface Watch {
  readonly filter?:
    | { readonly nodeIds?: Values; readonly conditions?: readonly NodeConditionType[] | null | undefined }
    | null
    | undefined;
}

/** Changes of conditions of the nodes that the caller may read. */
export const nodeFeed: Feed<NodeRow, Watch> = {
  type: NODE_CHANGED,
  objects: async (db, ids) => {
    if (ids.length === 0) return new Map();
    const wanted = ids.map((id) => toId('Node', id));
    return byId(await rowsWhere(db, nodes, clause`${nodes.id} in (${values(wanted)})`));
  },
  asksFor: ({ filter }) => filter?.nodeIds,
  tells({ filter }) {
    const isNode = amongThese(filter?.nodeIds);
    const isCondition = amongThese(filter?.conditions);
    return (authorization, { details }, node) =>
      isNode(node.id) && isCondition(details.condition) && mayOn(authorization, nodeGet, node);
  },
};

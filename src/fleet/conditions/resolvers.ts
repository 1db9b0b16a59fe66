import type { Context } from '../../authority/index.js';
import { cursorOf, type EventRow } from '../../events/index.js';
import { toId } from '../../platform/ids.js';
import { loadNode, type NodeRow } from '../nodes/index.js';
import { conditionsOfNode } from './service.js';

export const conditionResolvers = {
  Node: {
    conditions: ({ id }: NodeRow, _: object, context: Context) => conditionsOfNode(context, id),
  },
  NodeChanged: {
    cursor: cursorOf,
    condition: ({ details }: EventRow) => details.condition,
    status: ({ details }: EventRow) => details.status,
    reason: ({ details }: EventRow) => details.reason,
    node: ({ objectId }: EventRow, _: object, context: Context) => loadNode(context).load(toId('Node', objectId)),
  },
};

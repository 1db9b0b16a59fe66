import { byId, type Context, defineLoader } from '../../authority/index.js';
import type { Id } from '../../platform/ids.js';
import { type NodeRef, requireNode } from './lookup.js';
import { nodeGet } from './policies.js';
import * as repository from './repository.js';
import { type NodeRow, nodes } from './tables.js';

export const getNode = (context: Context, ref: NodeRef): Promise<NodeRow> => requireNode(context, context.db, ref);

/** By id; null where the caller may not read it. */
export const loadNode = defineLoader(async (context, ids: readonly Id<'Node'>[]) => {
  const visible = context.policies.visible([nodeGet], context.actor, nodes);
  return byId(await repository.listByIds(context.db, visible, ids));
});

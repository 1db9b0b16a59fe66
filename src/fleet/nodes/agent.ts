import { defineLoader } from '../../authority/index.js';
import { agentsOfNodes } from '../../identity/agents/index.js';
import type { Id } from '../../platform/ids.js';

/** The ids of the agents of nodes, whoever may read them. */
export const loadAgentId = defineLoader(async ({ db }, ids: readonly Id<'Node'>[]) => {
  const found = await agentsOfNodes(db, ids);
  return new Map([...found].map(([node, { id }]) => [node, id]));
});

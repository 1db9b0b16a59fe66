import { type Context, defineLoader } from '../../authority/index.js';
import { invalid, limitReached } from '../../platform/errors.js';
import type { Id } from '../../platform/ids.js';
import { requireShort } from '../../platform/short-list.js';
import { changeNode, type NodeAtEtag, type NodeRow } from '../nodes/index.js';
import { nodeSetLabels } from './policies.js';
import * as repository from './repository.js';
import type { Label } from './tables.js';
import { LABELS_MAX, validLabelKey, validLabels } from './valid.js';

export interface SetNodeLabels extends NodeAtEtag {
  readonly add?: readonly Label[] | null | undefined;
  readonly remove?: readonly string[] | null | undefined;
}

/** @throws UserErrors INVALID, STALE_ETAG, LIMIT_REACHED. */
export async function setNodeLabels(context: Context, input: SetNodeLabels): Promise<NodeRow> {
  const add = validLabels(input.add, 'admin', 'add');
  requireShort(input.remove, 'remove');
  const remove = (input.remove ?? []).map((key, index) => validLabelKey(key, 'admin', 'remove', String(index)));
  if (add.some(({ key }) => remove.includes(key))) throw invalid('A label is either added or removed.', 'remove');
  return changeNode(context, nodeSetLabels, input, async (act, node) => {
    const labels = new Map((await labelsOfNode(act.tx, node.id)).map(({ key, value }) => [key, value]));
    const changed = add.filter(({ key, value }) => labels.get(key) !== value);
    const gone = remove.filter((key) => labels.has(key));
    if (changed.length + gone.length === 0) return null;
    const kept = [...labels.keys()].filter((key) => key.startsWith('admin.') && !gone.includes(key));
    if (new Set([...kept, ...changed.map(({ key }) => key)]).size > LABELS_MAX)
      throw limitReached(`A node has at most ${LABELS_MAX} labels of a namespace.`, 'add');
    await repository.removeLabels(act.tx, node.id, [...gone, ...changed.map(({ key }) => key)]);
    await repository.insertLabels(act.tx, node.id, changed);
    const details = { set: Object.fromEntries(changed.map(({ key, value }) => [key, value])), removed: gone };
    return { action: 'node.labels_set', changes: {}, details };
  });
}

const labelsOfNode = async (...[tx, id]: [Parameters<typeof repository.listByNodes>[0], Id<'Node'>]) =>
  (await repository.listByNodes(tx, [id])).get(id) ?? [];

/** All labels of nodes that the caller may read. */
export const loadLabels = defineLoader((context, ids: readonly Id<'Node'>[]) =>
  repository.listAllByNodes(context.db, ids),
);

import { type Context, defineLoader } from '../../authority/index.js';
import type { Id } from '../../platform/ids.js';
import { type Condition, conditionsOf } from './judge.js';
import { observed } from './repository.js';

/** What is known of nodes that the caller may read, now. */
export const loadObserved = defineLoader(({ db, clock }, ids: readonly Id<'Node'>[]) => observed(db, ids, clock.now()));

export async function conditionsOfNode(context: Context, id: Id<'Node'>): Promise<readonly Condition[]> {
  const found = await loadObserved(context).load(id);
  return found === null ? [] : conditionsOf(found, context.clock.now(), context.settings.leaseIntervalMs);
}

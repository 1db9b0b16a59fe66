import { type Context, defineLoader, type Grounds, observe } from '../../authority/index.js';
import type { Id } from '../../platform/ids.js';
import { holdAgent, nodeMeant, requireReported, whileItHolds } from '../leases/index.js';
import { nodeReportFacts } from './policies.js';
import * as repository from './repository.js';
import { type ReportNodeFacts, validFacts } from './valid.js';

/**
 * Stores what a machine says of itself, in the place of what it said before.
 * @throws UserErrors INVALID, LIMIT_REACHED.
 */
export async function reportNodeFacts(context: Context, input: ReportNodeFacts): Promise<{ lastReportedAt: Date }> {
  const facts = validFacts(input);
  const policy = nodeReportFacts.name;
  const report = { policy: nodeReportFacts, ref: nodeMeant(context, null) };
  const atOnce = async (grounds: Grounds) => {
    const { now } = grounds;
    const isNode = whileItHolds(context, report, grounds);
    return (await repository.storeAtOnce(context.db, isNode, facts, now)) ? { lastReportedAt: now } : undefined;
  };
  return observe(context, { policy, atOnce, lock: holdAgent }, async (act) => {
    const { id } = await requireReported(act, report);
    await repository.store(act.tx, id, facts, act.now);
    return { lastReportedAt: act.now };
  });
}

/** What the machines of nodes last reported, of nodes that the caller may read. */
export const loadFacts = defineLoader((context, ids: readonly Id<'Node'>[]) => repository.listByNodes(context.db, ids));

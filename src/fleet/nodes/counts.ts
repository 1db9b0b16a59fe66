import { type Context, requireOperation } from '../../authority/index.js';
import { type Counted, countEach, countedUpTo, type Kind } from '../../db/count-each.js';
import { isWanted } from '../../db/in-order.js';
import type { AgentState, NodeReadiness } from '../../generated/graphql.js';
import { type NodeFilter, nodesWanted } from './list.js';
import { nodeGet } from './policies.js';
import { READINESS } from './readiness.js';
import type { NodeRow } from './tables.js';

const STATES = [
  'CREATED',
  'PENDING',
  'TRUSTED',
  'STALE',
  'FAILED',
  'BANNED',
  'RETIRED',
] as const satisfies readonly AgentState[];

const AVAILABILITIES = ['ACTIVE', 'PAUSE', 'DRAIN'] as const satisfies readonly NodeRow['availability'][];

/** Counts the nodes that the caller may read by some words, each as a filter of the list finds them. */
async function countBy<Word extends string>(
  context: Context,
  words: readonly Word[],
  filterOf: (word: Word) => NodeFilter,
): Promise<readonly (readonly [Word, Counted])[]> {
  requireOperation(context, nodeGet.name);
  const kinds: Kind[] = words.map((word) => {
    const { source, asked } = nodesWanted(context, filterOf(word));
    return { key: word, from: source.from, where: isWanted(asked) };
  });
  const found = await countEach(context.db, kinds);
  return words.map((word) => [word, found.get(word) ?? countedUpTo(0)]);
}

export async function countByReadiness(context: Context) {
  const words = Object.keys(READINESS) as NodeReadiness[];
  const found = await countBy(context, words, (word) => ({ readiness: [word] }));
  return found.map(([readiness, counted]) => ({ readiness, ...counted }));
}

export async function countByTrust(context: Context) {
  const found = await countBy(context, STATES, (word) => ({ trustStates: [word] }));
  return found.map(([state, counted]) => ({ state, ...counted }));
}

export async function countByAvailability(context: Context) {
  const found = await countBy(context, AVAILABILITIES, (word) => ({ availabilities: [word] }));
  return found.map(([availability, counted]) => ({ availability, ...counted }));
}

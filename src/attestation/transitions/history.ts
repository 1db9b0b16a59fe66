import { type Context, defineLoaderOf, requireOperation } from '../../authority/index.js';
import type { Values } from '../../db/among.js';
import { COUNTED_MAX } from '../../db/counted.js';
import { badInput } from '../../platform/errors.js';
import type { Id } from '../../platform/ids.js';
import type { PageArgs } from '../../platform/pagination.js';
import { bucketsOf } from '../../platform/time-buckets.js';
import { trustHistoryGet } from './policies.js';
import { countChanges, listPeriods } from './repository.js';
import { trustTransitions } from './tables.js';

const DAYS_MAX = 400;
const DAY_MS = 86_400_000;

const visibleTo = ({ policies, actor }: Context) => policies.visible([trustHistoryGet], actor, trustTransitions);

/** The states that agents were in, of those that the caller may read, the latest first. */
export const loadHistory = defineLoaderOf((context, ids: readonly Id<'Agent'>[], args: PageArgs) =>
  listPeriods(context.db, visibleTo(context), ids, { ...args, now: context.clock.now() }),
);

/** The time that is asked for, and of which projects. */
interface Asked {
  readonly since: Date;
  readonly until?: Date | null | undefined;
  readonly buckets: number;
  readonly projectIds?: Values<Id<'Project'>>;
}

/**
 * Counts the changes of agents that the caller may read by their time, the latest first and at most 10,000.
 * @throws Refusal BAD_USER_INPUT for a time that is too long or empty, and for too many or no parts.
 */
export async function changesOf(context: Context, { since, buckets: parts, projectIds, ...asked }: Asked) {
  requireOperation(context, trustHistoryGet.name);
  const until = asked.until ?? context.clock.now();
  const empty = bucketsOf({ since, until, parts });
  if (until.getTime() - since.getTime() > DAYS_MAX * DAY_MS)
    throw badInput(`The time has at most ${DAYS_MAX} days.`, { argument: 'since' });
  const counting = { since, until, buckets: parts, projectIds, limit: COUNTED_MAX + 1 };
  const rows = await countChanges(context.db, visibleTo(context), counting);
  const inBucket = (at: number) => rows.filter(({ bucket }) => bucket === at);
  const buckets = empty.map((bucket, at) => ({
    ...bucket,
    changes: inBucket(at).map(({ to, found }) => ({ to, count: found })),
  }));
  const total = rows.reduce((sum, { found }) => sum + found, 0);
  return { buckets, total: Math.min(total, COUNTED_MAX), isComplete: total <= COUNTED_MAX };
}

import { type Context, requireOperation } from '../../authority/index.js';
import { countedUpTo, EACH_MAX } from '../../db/count-each.js';
import { badInput } from '../../platform/errors.js';
import { bucketsOf } from '../../platform/time-buckets.js';
import { auditList } from './policies.js';
import { countByTime, type EntryFilter } from './repository.js';
import { auditEntries } from './tables.js';

/**
 * Counts the entries that the caller may read by their time, the newest first and at most 2,000.
 * @throws Refusal BAD_USER_INPUT without a beginning, and for too many or no parts.
 */
export async function countEntries(context: Context, filter: EntryFilter, parts: number) {
  requireOperation(context, auditList.name);
  const { since } = filter;
  if (since == null) throw badInput('A count needs a beginning: since.', { argument: 'filter' });
  const until = filter.until ?? context.clock.now();
  const empty = bucketsOf({ since, until, parts });
  const visible = context.policies.visible([auditList.name], context.actor, auditEntries);
  const counting = { buckets: parts, limit: EACH_MAX + 1 };
  const rows = await countByTime(context.db, visible, { ...filter, since, until }, counting);
  const found = new Map(rows.map((row) => [row.bucket, row.found]));
  const buckets = empty.map((bucket, at) => ({ ...bucket, count: found.get(at) ?? 0 }));
  const total = buckets.reduce((sum, { count }) => sum + count, 0);
  const { count, isComplete } = countedUpTo(total);
  return { buckets, total: count, isComplete };
}

import { badInput, eventsExpired, invalidCursor } from '../platform/errors.js';
import { decodeCursor, encodeCursor } from '../platform/pagination.js';
import type { EventRow } from './tables.js';

const ORDERING = 'event';

/** The position of a time in the order of events. */
export const positionAt = (time: Date): number => time.getTime() * 1000;

/** The value of `after` that continues after an event. */
export const cursorOf = ({ position }: Pick<EventRow, 'position'>): string =>
  encodeCursor(ORDERING, [String(position)]);

/** Where a subscription begins. */
export interface Beginning {
  readonly after?: string | null | undefined;
  readonly since?: Date | null | undefined;
}

/**
 * The position after which a subscription begins; null for now, also when the given time is in the future.
 * @throws Refusal INVALID_CURSOR, with reason EVENTS_EXPIRED when events after it may be removed already.
 */
export function beginningOf({ after, since }: Beginning, oldest: Date, now: Date): number | null {
  if (after == null && since == null) return null;
  if (after != null && since != null) throw badInput('Begin after a cursor or at a time, not both.');
  if (since != null && since > now) return null;
  const position = since != null ? positionAt(since) - 1 : readCursor(after ?? '');
  if (position < positionAt(oldest)) throw eventsExpired();
  return position;
}

function readCursor(cursor: string): number {
  const [text = ''] = decodeCursor(cursor, ORDERING, 1);
  if (!/^[0-9]{1,16}$/.test(text)) throw invalidCursor();
  return Number(text);
}

/** How long a grant lasts, to choose from. */
export const ENDS = [
  ['day', 'a day'],
  ['week', 'a week'],
  ['month', '30 days'],
  ['quarter', '90 days'],
  ['at', 'until …'],
  ['none', 'no end'],
] as const;

export type End = (typeof ENDS)[number][0];

const DAYS: Readonly<Partial<Record<End, number>>> = { day: 1, week: 7, month: 30, quarter: 90 };
const DAY_MS = 86_400_000;

/** When a grant ends; null for never, and undefined while the time was not given. */
export function endOf(end: End, at: string, now: number): Date | null | undefined {
  if (end === 'none') return null;
  const days = DAYS[end];
  if (days !== undefined) return new Date(now + days * DAY_MS);
  const time = new Date(at);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

/** A day and a time as people read them. */
export const inFull = (date: Date): string =>
  date.toLocaleString('en-GB', {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  });

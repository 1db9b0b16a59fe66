import type { TrustTrendQuery } from '../../generated/documents.js';

type Bucket = NonNullable<TrustTrendQuery['trustChanges']>['buckets'][number];

/** One bar: how much happened in a part of the time. */
export interface Bar {
  readonly since: string;
  readonly until: string;
  readonly good: number;
  readonly bad: number;
}

/** States that mean lost trust. */
const LOST: readonly string[] = ['FAILED', 'STALE', 'BANNED'];

/** Changes of trust as bars: agents that became trusted, and those that lost trust. */
export const barsOf = (buckets: readonly Bucket[]): readonly Bar[] =>
  buckets.map(({ since, until, changes }) => {
    const count = (fits: (to: string) => boolean) =>
      changes.filter(({ to }) => fits(to)).reduce((sum, one) => sum + one.count, 0);
    return { since, until, good: count((to) => to === 'TRUSTED'), bad: count((to) => LOST.includes(to)) };
  });

/** How far back the picture goes, and in how many parts. */
export const SPANS = {
  day: { title: 'The last day', hours: 24, buckets: 24 },
  week: { title: 'The last week', hours: 168, buckets: 28 },
  month: { title: 'The last 30 days', hours: 720, buckets: 30 },
} as const;

/** Which of them an address names. */
export const spanSearch = ({ span }: Readonly<Record<string, unknown>>): { readonly span: keyof typeof SPANS } => ({
  span: span === 'week' || span === 'month' ? span : 'day',
});

/** The start of the last hours, at a full hour: the same query for a while. */
export function sinceOf(now: number, hours: number): string {
  const hour = 3_600_000;
  return new Date((Math.floor(now / hour) + 1 - hours) * hour).toISOString();
}

import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useLive } from '../../api/live.js';
import { useDocument } from '../../api/queries.js';
import { TrustTrendDocument } from '../../generated/documents.js';
import { FaultNote } from '../../kit/faults.js';
import { Loading } from '../../kit/loading.js';
import { ScopedLink } from '../../kit/scoped-link.js';
import { SmallTable } from '../../kit/small-table.js';
import { useTitle } from '../../kit/title.js';
import { useViewer } from '../../kit/viewer.js';
import css from './attestations.module.css';
import { Bars } from './bars.js';
import { type Bar, barsOf, SPANS, sinceOf, spanSearch } from './trend.js';

const KINDS = ['AGENT'] as const;

/** How trust was gained and lost at the scope: as bars, and as a table that says the same. */
export function OverTimePage() {
  const { scope } = useViewer();
  const { span } = spanSearch(useSearch({ strict: false }));
  useTitle('Trust over time');
  useLive(scope, KINDS);
  return (
    <>
      <p className={css.trail}>
        <ScopedLink path={['attestations']}>Attestations</ScopedLink>
      </p>
      <h1 tabIndex={-1}>Trust over time</h1>
      <nav aria-label="Time" className={css.spans}>
        {Object.entries(SPANS).map(([name, { title }]) => (
          <ScopedLink key={name} className="button" path={['attestations', 'over-time']} search={{ span: name }}>
            {name === span ? <strong>{title}</strong> : title}
          </ScopedLink>
        ))}
      </nav>
      <Trend key={span} span={span} />
    </>
  );
}

function Trend({ span }: { readonly span: keyof typeof SPANS }) {
  const { hours, buckets } = SPANS[span];
  const [since] = useState(() => sinceOf(Date.now(), hours));
  const { data, fault, refresh } = useDocument(TrustTrendDocument, { since, buckets });
  const trend = data?.trustChanges;
  if (!trend) return fault ? <FaultNote fault={fault} onRetry={refresh} /> : <Loading what="the changes" lines={4} />;
  const bars = barsOf(trend.buckets);
  return (
    <>
      <p className={css.legend}>
        Up: agents that became trusted. Down: agents that failed, went stale or were banned.
        {trend.isComplete ? '' : ' There are too many to count them all: these are the latest.'}
      </p>
      <Bars bars={bars} />
      <p className={css.axisTimes}>
        <span>{moment(since)}</span>
        <span>now</span>
      </p>
      <SmallTable
        label="Changes of trust"
        columns={[
          { title: 'From', cell: ({ since: from }: Bar) => moment(from) },
          { title: 'To', cell: ({ until }) => moment(until) },
          { title: 'Became trusted', cell: ({ good }) => good.toLocaleString('en') },
          { title: 'Lost trust', cell: ({ bad }) => bad.toLocaleString('en') },
        ]}
        rows={bars.filter(({ good, bad }) => good + bad > 0).toReversed()}
        keyOf={(bar) => bar.since}
        empty="Nothing changed in this time."
      />
    </>
  );
}

const moment = (time: string) =>
  new Date(time).toLocaleString('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });

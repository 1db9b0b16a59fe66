import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useDocument } from '../../api/queries.js';
import { AuditCountsDocument, type AuditCountsQuery } from '../../generated/documents.js';
import { FaultNote } from '../../kit/faults.js';
import { Loading } from '../../kit/loading.js';
import { PlainTable } from '../../kit/plain-table.js';
import { ScopedLink } from '../../kit/scoped-link.js';
import css from './audit.module.css';
import { AuditFrame } from './frame.js';
import { denialSearch } from './search.js';

const SPANS = [
  ['24', 'the last day', 24],
  ['168', 'the last week', 28],
  ['720', 'the last 30 days', 30],
] as const;

type Counts = NonNullable<AuditCountsQuery['auditCounts']>;

const HOUR_MS = 3_600_000;

/** How many requests were denied when. Each part leads to its entries. */
export function DenialsPage() {
  const { hours = ['24'] } = denialSearch.validate(useSearch({ strict: false }));
  const navigate = useNavigate();
  const span = SPANS.find(([value]) => value === hours[0]) ?? SPANS[0];
  // The time begins at a whole hour, so that the same question is asked while the page is open.
  const since = useMemo(() => {
    const end = Math.ceil(Date.now() / HOUR_MS) * HOUR_MS;
    return { since: new Date(end - Number(span[0]) * HOUR_MS).toISOString(), until: new Date(end).toISOString() };
  }, [span]);
  const filter = { outcomes: ['DENIED' as const], ...since };
  const { data, fault, refresh } = useDocument(AuditCountsDocument, { filter, buckets: span[2] });
  const counts = data?.auditCounts;
  return (
    <AuditFrame
      title="Denials"
      actions={
        <select
          aria-label="Time"
          value={span[0]}
          onChange={({ target }) => navigate({ to: '.', search: { hours: target.value } as never, replace: true })}
        >
          {SPANS.map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </select>
      }
    >
      {fault && <FaultNote fault={fault} onRetry={refresh} />}
      {counts ? <Bars counts={counts} since={since.since} /> : !fault && <Loading what="the denials" />}
    </AuditFrame>
  );
}

const timeOf = (time: string) =>
  new Date(time).toLocaleString('en-GB', {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  });

function Bars({ counts: { buckets, total, isComplete }, since }: { readonly counts: Counts; readonly since: string }) {
  const some = buckets.filter(({ count }) => count > 0).reverse();
  const search = { outcomes: ['DENIED'] };
  return (
    <>
      <p>
        <ScopedLink path={['audit']} search={{ ...search, since }}>
          {total.toLocaleString('en')} entries
        </ScopedLink>{' '}
        {isComplete ? '' : '(only the newest were counted) '}
        of denied requests. Denials that one caller repeats within a minute are one entry.
      </p>
      {some.length > 0 && <Chart buckets={buckets} since={since} />}
      <h2>When</h2>
      {some.length === 0 ? (
        <p>Nothing was denied.</p>
      ) : (
        <PlainTable
          label="Denials by time"
          heads={['From', 'Before', 'Entries']}
          rows={some.map(({ since: start, until, count }) => ({
            key: start,
            cells: [
              timeOf(start),
              timeOf(until),
              <ScopedLink key="count" path={['audit']} search={{ ...search, since: start, until }}>
                {count.toLocaleString('en')}
              </ScopedLink>,
            ],
          }))}
        />
      )}
    </>
  );
}

/** When there were how many; of some denials at least. */
function Chart({ buckets, since }: Pick<Counts, 'buckets'> & { readonly since: string }) {
  const max = Math.max(...buckets.map(({ count }) => count));
  return (
    <>
      <svg className={css.bars} viewBox={`0 0 ${buckets.length} 100`} preserveAspectRatio="none" aria-hidden="true">
        {buckets.map(({ since: start, count }, place) => (
          <rect key={start} x={place + 0.1} width="0.8" y={100 - (count / max) * 95} height={(count / max) * 95} />
        ))}
      </svg>
      <p className={css.axis}>
        <span>{timeOf(since)}</span>
        <span>now</span>
      </p>
    </>
  );
}

import { Link, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useDocument } from '../../api/queries.js';
import { AgentHistoryDocument, type AgentHistoryQuery } from '../../generated/documents.js';
import { Badge } from '../../kit/badge.js';
import { type Band, Bands } from '../../kit/bands.js';
import { FaultNote } from '../../kit/faults.js';
import { Loading } from '../../kit/loading.js';
import { ScopedLink } from '../../kit/scoped-link.js';
import { Section } from '../../kit/section.js';
import { SmallTable } from '../../kit/small-table.js';
import { Time } from '../../kit/time.js';
import { inWords } from '../../kit/words.js';
import css from './history.module.css';
import { agentViewSearch, WINDOWS, windowSince } from './search.js';
import { AgentStateBadge, TONES } from './state.js';

type Found = NonNullable<AgentHistoryQuery['agent']>;
type Period = NonNullable<Found['trustHistory']>['nodes'][number];
type Result = NonNullable<Found['attestationResults']>['nodes'][number];

/** The trust of an agent over time, and its recent evidence. */
export function AgentHistory({ id }: { readonly id: string }) {
  const { data, fault, refresh } = useDocument(AgentHistoryDocument, { id });
  const agent = data?.agent;
  if (!agent) return fault ? <FaultNote fault={fault} onRetry={refresh} /> : <Loading what="its history" lines={4} />;
  return (
    <>
      {agent.trustHistory && (
        <Trust periods={agent.trustHistory.nodes} hasMore={agent.trustHistory.pageInfo.hasNextPage} />
      )}
      {agent.attestationResults && <Results id={id} results={agent.attestationResults.nodes} />}
    </>
  );
}

const bandOf = ({ state, since, until }: Period): Band => ({
  key: since,
  state: inWords(state),
  tone: TONES[state],
  since,
  until,
});

/** The picture ends now, and goes on while the page is open. */
const TICK_MS = 30_000;
function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}

function Trust({ periods, hasMore }: { readonly periods: readonly Period[]; readonly hasMore: boolean }) {
  const now = useNow();
  const [asked] = agentViewSearch.validate(useSearch({ strict: false })).window ?? [];
  const chosen = asked ?? windowSince(periods.at(-1)?.since, now);
  return (
    <Section title="Trust over time" actions={<Windows chosen={chosen} />}>
      <Bands
        label={`Its states in the last ${chosen.toLowerCase()}; the table below says the same`}
        bands={periods.map(bandOf)}
        from={now - WINDOWS[chosen]}
        to={now}
      />
      <details className={css.table}>
        <summary>As a table</summary>
        <SmallTable
          label="States over time"
          rows={periods}
          keyOf={({ since }) => since}
          empty="It has been in one state only, since it was created."
          columns={[
            { title: 'State', cell: ({ state }) => <AgentStateBadge state={state} /> },
            { title: 'From', cell: ({ since }) => <Time at={since} /> },
            { title: 'Until', cell: ({ until }) => <Time at={until} none="now" /> },
            { title: 'By', cell: ({ cause, result }) => <Cause cause={cause} resultId={result?.id ?? null} /> },
          ]}
        />
        {hasMore && <p>These are the latest 50 states; there are more.</p>}
      </details>
    </Section>
  );
}

function Windows({ chosen }: { readonly chosen: keyof typeof WINDOWS }) {
  return (
    <nav className={css.windows} aria-label="Time shown">
      {(Object.keys(WINDOWS) as (keyof typeof WINDOWS)[]).map((one) => (
        <Link
          key={one}
          to="."
          search={{ window: [one] } as never}
          replace
          resetScroll={false}
          aria-current={one === chosen ? 'true' : undefined}
        >
          {inWords(one)}
        </Link>
      ))}
    </nav>
  );
}

const CAUSES: Readonly<Record<Period['cause'], string>> = {
  ACTIVATE: 'its enrollment',
  ACCEPT: 'evidence that was accepted',
  REJECT: 'evidence that was rejected',
  EXPIRE: 'time: its trust ran out',
  RESET: 'an operator, who reset it',
  UNBAN: 'an operator, who lifted its ban',
  BAN: 'an operator, who banned it',
  RETIRE: 'its retirement',
  ADOPT: 'a node, whose agent it became',
  REBIND: 'another allowlist',
};

function Cause({ cause, resultId }: { readonly cause: Period['cause']; readonly resultId: string | null }) {
  if (resultId === null) return CAUSES[cause];
  return <ScopedLink path={['attestations', resultId]}>{CAUSES[cause]}</ScopedLink>;
}

function Results({ id, results }: { readonly id: string; readonly results: readonly Result[] }) {
  const all = <ScopedLink path={['agents', id, 'attestations']}>All of its evidence</ScopedLink>;
  return (
    <Section title="Recent evidence" actions={results.length > 0 && all}>
      <SmallTable
        label="Recent evidence"
        rows={results}
        keyOf={({ id }) => id}
        empty="It has sent none yet."
        columns={[
          {
            title: 'Received',
            cell: ({ receivedAt }) => <Time at={receivedAt} />,
            path: ({ id }) => ['attestations', id],
          },
          {
            title: 'Verdict',
            cell: ({ verdict }) => <Badge state={verdict} tone={verdict === 'ACCEPTED' ? 'good' : 'bad'} />,
          },
          { title: 'Why', cell: ({ explanation }) => explanation?.summary ?? '—' },
          { title: 'Revision', cell: ({ allowlistRevision }) => allowlistRevision?.number ?? '—' },
          { title: 'State after', cell: ({ stateAfter }) => <AgentStateBadge state={stateAfter} /> },
        ]}
      />
    </Section>
  );
}

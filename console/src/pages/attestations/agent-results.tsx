import { useParams, useSearch } from '@tanstack/react-router';
import { useLive } from '../../api/live.js';
import { useDocument } from '../../api/queries.js';
import { AgentResultsDocument, type AgentResultsQuery } from '../../generated/documents.js';
import { FaultPage, NotFound } from '../../kit/faults.js';
import { Loading } from '../../kit/loading.js';
import { ScopedLink } from '../../kit/scoped-link.js';
import { SmallTable } from '../../kit/small-table.js';
import { Time } from '../../kit/time.js';
import { useTitle } from '../../kit/title.js';
import { useViewer } from '../../kit/viewer.js';
import { AgentStateBadge } from '../agents/state.js';
import css from './attestations.module.css';
import { agentResultSearch } from './search.js';
import { VerdictBadge } from './verdict.js';

const KINDS = ['AGENT'] as const;

type Agent = NonNullable<AgentResultsQuery['agent']>;
type Row = NonNullable<Agent['attestationResults']>['nodes'][number];

const PAGE_SIZE = 50;

/** The results of one agent that are kept, newest first, a page at a time. */
export function AgentResultsPage() {
  const { id } = useParams({ from: '/s/$scope/agents/$id/attestations' });
  const { scope } = useViewer();
  const { after = null } = agentResultSearch.validate(useSearch({ strict: false }));
  const { data, fault, refresh } = useDocument(AgentResultsDocument, { id, first: PAGE_SIZE, after });
  useLive(scope, KINDS);
  useTitle(`Attestations of ${data?.agent?.name ?? ''}`);
  const agent = data?.agent;
  if (!agent) {
    if (fault && fault.code !== 'NOT_FOUND') return <FaultPage fault={fault} onRetry={refresh} />;
    return fault || data ? <NotFound /> : <Loading what="the results" lines={6} />;
  }
  return <Results agent={agent} isFirst={after === null} />;
}

function Results({ agent, isFirst }: { readonly agent: Agent; readonly isFirst: boolean }) {
  const { id, name, state, acceptedCount, rejectedCount, attestationResults } = agent;
  const path = ['agents', id, 'attestations'];
  const { hasNextPage, endCursor } = attestationResults?.pageInfo ?? {};
  return (
    <>
      <p className={css.trail}>
        <ScopedLink path={['agents', id]}>{name}</ScopedLink>
      </p>
      <h1 tabIndex={-1}>
        Attestations of <bdi>{name}</bdi>
      </h1>
      <p>
        <AgentStateBadge state={state} /> {acceptedCount.toLocaleString('en')} accepted,{' '}
        {rejectedCount.toLocaleString('en')} rejected in all. Older results are not kept for ever.
      </p>
      <SmallTable
        label="Results"
        columns={[
          { title: 'Received', cell: (row: Row) => <Received row={row} /> },
          { title: 'Verdict', cell: ({ verdict }) => <VerdictBadge verdict={verdict} /> },
          { title: 'State after', cell: ({ stateAfter }) => <AgentStateBadge state={stateAfter} /> },
          { title: 'Revision', cell: ({ allowlistRevision }) => allowlistRevision?.number ?? '—' },
          { title: 'Why', cell: ({ explanation }) => <bdi>{explanation?.summary}</bdi> },
        ]}
        rows={attestationResults?.nodes ?? []}
        keyOf={(row) => row.id}
        empty="Nothing was attested yet."
      />
      <p>
        {!isFirst && <ScopedLink path={path}>Newest</ScopedLink>}{' '}
        {hasNextPage && endCursor && (
          <ScopedLink path={path} search={{ after: endCursor }}>
            Older
          </ScopedLink>
        )}
      </p>
    </>
  );
}

function Received({ row: { id, receivedAt } }: { readonly row: Row }) {
  return (
    <ScopedLink path={['attestations', id]}>
      <Time at={receivedAt} />
    </ScopedLink>
  );
}

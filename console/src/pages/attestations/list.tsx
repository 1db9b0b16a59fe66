import { LastResultsDocument, type LastResultsQuery } from '../../generated/documents.js';
import { ListPage } from '../../kit/list-page.js';
import type { Column } from '../../kit/rows.js';
import { ScopedLink } from '../../kit/scoped-link.js';
import { Time } from '../../kit/time.js';
import { AgentStateBadge } from '../agents/state.js';
import { resultSearch } from './search.js';
import { VerdictBadge } from './verdict.js';

const KINDS = ['AGENT'] as const;

type Row = NonNullable<LastResultsQuery['list']>['nodes'][number];

const COLUMNS: readonly Column<Row, 'CREATED_AT' | 'NAME'>[] = [
  {
    title: 'Agent',
    width: '20%',
    cell: ({ name }) => name,
    path: ({ id, lastResult }) => (lastResult ? ['attestations', lastResult.id] : ['agents', id]),
    order: 'NAME',
  },
  { title: 'State', width: '8rem', cell: ({ state }) => <AgentStateBadge state={state} />, isSecondary: true },
  {
    title: 'Last result',
    width: '9rem',
    cell: ({ lastResult }) => lastResult && <VerdictBadge verdict={lastResult.verdict} />,
  },
  {
    title: 'Received',
    width: '9rem',
    cell: ({ lastResult }) => <Time at={lastResult?.receivedAt} none="never" />,
    isSecondary: true,
  },
  { title: 'Why', cell: ({ lastResult }) => <Why summary={lastResult?.explanation?.summary} />, isSecondary: true },
];

/** The row has no room for all of it; its page says it whole. */
const Why = ({ summary }: { readonly summary: string | undefined }) => <bdi title={summary}>{summary}</bdi>;

/** The last result of each agent. */
export function AttestationsPage() {
  return (
    <ListPage
      title="Attestations"
      noun={['agent', 'agents']}
      document={LastResultsDocument}
      search={resultSearch}
      labels={{ nameStartsWith: 'Agent begins with', states: 'State' }}
      // Names that are asked for by their beginning come in the order of names.
      variables={({ nameStartsWith, states }, orderBy) => ({
        filter: { nameStartsWith, states },
        orderBy: nameStartsWith !== undefined && orderBy?.field !== 'NAME' ? null : orderBy,
      })}
      columns={COLUMNS}
      defaultOrder="CREATED_AT"
      live={KINDS}
      actions={
        <ScopedLink className="button" path={['attestations', 'over-time']}>
          Trust over time
        </ScopedLink>
      }
      empty={<p>No machines yet, so nothing was attested.</p>}
    />
  );
}

import { AgentsDocument, type AgentsQuery } from '../../generated/documents.js';
import { ListPage } from '../../kit/list-page.js';
import type { Column } from '../../kit/rows.js';
import { Time } from '../../kit/time.js';
import { AgentsActions } from './list-actions.js';
import { agentSearch } from './search.js';
import { AgentStateBadge } from './state.js';

const KINDS = ['AGENT'] as const;

type Row = NonNullable<AgentsQuery['list']>['nodes'][number];

const COLUMNS: readonly Column<Row, 'CREATED_AT' | 'NAME'>[] = [
  { title: 'Name', cell: ({ name }) => name, path: ({ id }) => ['agents', id], order: 'NAME' },
  { title: 'State', width: '9rem', cell: ({ state }) => <AgentStateBadge state={state} /> },
  { title: 'Trusted until', cell: ({ trustedUntil }) => <Time at={trustedUntil} />, isSecondary: true },
  {
    title: 'Last accepted',
    cell: ({ lastAcceptedAt }) => <Time at={lastAcceptedAt} none="never" />,
    isSecondary: true,
  },
  { title: 'Project', cell: ({ project }) => <bdi>{project?.name ?? '—'}</bdi>, isSecondary: true },
  { title: 'Created', cell: ({ createdAt }) => <Time at={createdAt} />, order: 'CREATED_AT', isSecondary: true },
];

/** The agents that the viewer may read at the scope. */
export function AgentsPage() {
  return (
    <ListPage
      title="Agents"
      noun={['agent', 'agents']}
      document={AgentsDocument}
      search={agentSearch}
      labels={{
        nameStartsWith: 'Name begins with',
        createdSince: 'Created since',
        states: 'State',
      }}
      // Names that are asked for by their beginning come in the order of names.
      variables={({ nameStartsWith, states, createdSince }, orderBy) => ({
        filter: { nameStartsWith, states, createdSince },
        orderBy: nameStartsWith !== undefined && orderBy?.field !== 'NAME' ? null : orderBy,
      })}
      columns={COLUMNS}
      defaultOrder="CREATED_AT"
      live={KINDS}
      actions={<AgentsActions />}
      empty={
        <p>
          No machines here yet. Somebody creates an agent for one with the button above, or with{' '}
          <code>bailiwick agent create NAME</code>.
        </p>
      }
    />
  );
}

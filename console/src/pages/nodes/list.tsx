import { NodesDocument, type NodesQuery } from '../../generated/documents.js';
import { ListPage } from '../../kit/list-page.js';
import type { Column } from '../../kit/rows.js';
import { Time } from '../../kit/time.js';
import { CreateNode } from './create.js';
import { nodeFilterOf, nodeOrderOf, nodeSearch } from './search.js';
import { AvailabilityBadge, NodeCondition } from './state.js';

const KINDS = ['NODE'] as const;

type Row = NonNullable<NodesQuery['list']>['nodes'][number];

const COLUMNS: readonly Column<Row, 'CREATED_AT' | 'NAME'>[] = [
  { title: 'Name', cell: ({ name }) => name, path: ({ id }) => ['nodes', id], order: 'NAME' },
  { title: 'Ready', cell: ({ conditions }) => <NodeCondition of={conditions} type="READY" /> },
  { title: 'Attested', cell: ({ conditions }) => <NodeCondition of={conditions} type="ATTESTED" /> },
  {
    title: 'Availability',
    cell: ({ availability }) => <AvailabilityBadge availability={availability} />,
    isSecondary: true,
  },
  { title: 'Address', cell: ({ address }) => <bdi>{address ?? '—'}</bdi>, isSecondary: true },
  { title: 'Created', cell: ({ createdAt }) => <Time at={createdAt} />, order: 'CREATED_AT', isSecondary: true },
];

/** The nodes that the viewer may read. */
export function NodesPage() {
  return (
    <ListPage
      title="Nodes"
      noun={['node', 'nodes']}
      document={NodesDocument}
      search={nodeSearch}
      labels={{
        nameStartsWith: 'Name begins with',
        labels: 'Labels, key=value',
        address: 'Address',
        readiness: 'Readiness',
        availabilities: 'Availability',
        trustStates: 'Trust',
      }}
      variables={(search, orderBy) => ({ filter: nodeFilterOf(search), orderBy: nodeOrderOf(search, orderBy) })}
      columns={COLUMNS}
      defaultOrder="CREATED_AT"
      live={KINDS}
      actions={<CreateNode />}
      empty={
        <p>
          No nodes yet. A machine becomes one when it joins: make a token with{' '}
          <code>bailiwick join-token create --project PROJECT --node-name NAME --expires 1d</code>.
        </p>
      }
    />
  );
}

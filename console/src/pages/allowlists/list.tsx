import { useNavigate } from '@tanstack/react-router';
import { AllowlistsDocument, type AllowlistsQuery } from '../../generated/documents.js';
import { Action } from '../../kit/action.js';
import { ListPage } from '../../kit/list-page.js';
import type { Column } from '../../kit/rows.js';
import { pathOf } from '../../kit/scoped-link.js';
import { Time } from '../../kit/time.js';
import { useViewer } from '../../kit/viewer.js';
import { ownerInWords } from './owner.js';
import { useRight } from './rights.js';
import { allowlistSearch } from './search.js';

const KINDS = ['ALLOWLIST'] as const;

type Row = NonNullable<AllowlistsQuery['list']>['nodes'][number];

const COLUMNS: readonly Column<Row, 'CREATED_AT' | 'NAME'>[] = [
  { title: 'Name', cell: ({ name }) => name, path: ({ id }) => ['allowlists', id], order: 'NAME' },
  { title: 'Description', cell: ({ description }) => <bdi>{description ?? '—'}</bdi>, isSecondary: true },
  { title: 'Revision', cell: ({ currentRevision }) => currentRevision.number },
  {
    title: 'Files',
    cell: ({ currentRevision }) => currentRevision.imaPolicyPathCount?.toLocaleString('en') ?? '—',
    isSecondary: true,
  },
  { title: 'Owner', cell: (row) => <bdi>{ownerInWords(row)}</bdi>, isSecondary: true },
  { title: 'Published', cell: ({ currentRevision }) => <Time at={currentRevision.createdAt} /> },
  { title: 'Created', cell: ({ createdAt }) => <Time at={createdAt} />, order: 'CREATED_AT', isSecondary: true },
];

/** The allowlists that the viewer may read at the scope: its own, and those of the scopes above. */
export function AllowlistsPage() {
  const { scope } = useViewer();
  const navigate = useNavigate();
  return (
    <ListPage
      title="Allowlists"
      noun={['allowlist', 'allowlists']}
      document={AllowlistsDocument}
      search={allowlistSearch}
      labels={{ nameStartsWith: 'Name begins with' }}
      // Names that are asked for by their beginning come in the order of names.
      variables={({ nameStartsWith }, orderBy) => ({
        filter: { nameStartsWith },
        orderBy: nameStartsWith !== undefined && orderBy?.field !== 'NAME' ? null : orderBy,
      })}
      columns={COLUMNS}
      defaultOrder="CREATED_AT"
      live={KINDS}
      actions={
        <Action
          label="Create an allowlist"
          permission={useRight('createAllowlist')}
          onRun={() => navigate({ to: pathOf(scope, ['allowlists', 'new']) })}
        />
      }
      empty={<p>No allowlists yet. A machine is trusted only where one says what it may run.</p>}
    />
  );
}

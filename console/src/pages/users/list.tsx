import { UsersDocument, type UsersQuery } from '../../generated/documents.js';
import { Badge } from '../../kit/badge.js';
import { ListPage } from '../../kit/list-page.js';
import type { Column } from '../../kit/rows.js';
import { Time } from '../../kit/time.js';
import { CreateUser } from './create.js';
import { userSearch } from './search.js';

const KINDS = ['USER'] as const;

type Row = NonNullable<UsersQuery['list']>['nodes'][number];

const COLUMNS: readonly Column<Row, 'CREATED_AT' | 'NAME'>[] = [
  { title: 'Name', cell: ({ name }) => name, path: ({ id }) => ['users', id], order: 'NAME' },
  { title: 'Called', cell: ({ displayName }) => <bdi>{displayName ?? '—'}</bdi> },
  { title: 'State', cell: ({ isEnabled }) => <EnabledBadge isEnabled={isEnabled} /> },
  { title: 'Domain', cell: ({ domain }) => <bdi>{domain?.name ?? '—'}</bdi>, isSecondary: true },
  { title: 'E-mail', cell: ({ email }) => <bdi>{email ?? '—'}</bdi>, isSecondary: true },
  { title: 'Created', cell: ({ createdAt }) => <Time at={createdAt} />, order: 'CREATED_AT', isSecondary: true },
];

/** Whether a person may log in and act. */
export const EnabledBadge = ({ isEnabled }: { readonly isEnabled: boolean }) => (
  <Badge state={isEnabled ? 'ENABLED' : 'DISABLED'} tone={isEnabled ? 'good' : 'bad'} />
);

/** The people that the viewer may read at the scope. */
export function UsersPage() {
  return (
    <ListPage
      title="People"
      noun={['person', 'people']}
      document={UsersDocument}
      search={userSearch}
      labels={{ nameStartsWith: 'Name begins with' }}
      variables={({ nameStartsWith }, orderBy) => ({
        filter: { nameStartsWith },
        orderBy: nameStartsWith !== undefined && orderBy?.field !== 'NAME' ? null : orderBy,
      })}
      columns={COLUMNS}
      defaultOrder="CREATED_AT"
      live={KINDS}
      actions={<CreateUser />}
      empty={<p>No people here that you may read of.</p>}
    />
  );
}

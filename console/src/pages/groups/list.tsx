import { GroupsDocument, type GroupsQuery } from '../../generated/documents.js';
import { ListPage } from '../../kit/list-page.js';
import type { Column } from '../../kit/rows.js';
import { Time } from '../../kit/time.js';
import { CreateGroup } from './create.js';
import { groupSearch } from './search.js';

const KINDS = ['GROUP'] as const;

type Row = NonNullable<GroupsQuery['list']>['nodes'][number];

const COLUMNS: readonly Column<Row, 'CREATED_AT' | 'NAME'>[] = [
  { title: 'Name', cell: ({ name }) => name, path: ({ id }) => ['groups', id], order: 'NAME' },
  { title: 'Description', cell: ({ description }) => <bdi>{description ?? '—'}</bdi> },
  { title: 'Domain', cell: ({ domain }) => <bdi>{domain?.name ?? '—'}</bdi>, isSecondary: true },
  { title: 'Created', cell: ({ createdAt }) => <Time at={createdAt} />, order: 'CREATED_AT', isSecondary: true },
];

/** The groups that the viewer may read at the scope. */
export function GroupsPage() {
  return (
    <ListPage
      title="Groups"
      noun={['group', 'groups']}
      document={GroupsDocument}
      search={groupSearch}
      labels={{ nameStartsWith: 'Name begins with' }}
      variables={({ nameStartsWith }, orderBy) => ({
        filter: { nameStartsWith },
        orderBy: nameStartsWith !== undefined && orderBy?.field !== 'NAME' ? null : orderBy,
      })}
      columns={COLUMNS}
      defaultOrder="CREATED_AT"
      live={KINDS}
      actions={<CreateGroup />}
      empty={<p>No groups here. Create one with the button above: its members hold the roles that it is granted.</p>}
    />
  );
}

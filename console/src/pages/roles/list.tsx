import { RolesDocument, type RolesQuery } from '../../generated/documents.js';
import { ListPage } from '../../kit/list-page.js';
import type { Column } from '../../kit/rows.js';
import { Time } from '../../kit/time.js';
import { CreateRole } from './create.js';
import { roleSearch } from './search.js';

const KINDS = ['ROLE'] as const;

type Row = NonNullable<RolesQuery['list']>['nodes'][number];

const COLUMNS: readonly Column<Row, 'CREATED_AT' | 'NAME'>[] = [
  { title: 'Name', cell: ({ name }) => name, path: ({ id }) => ['roles', id], order: 'NAME' },
  { title: 'Description', cell: ({ description }) => <bdi>{description ?? '—'}</bdi> },
  { title: 'Implies', cell: ({ implies }) => implies.join(', ') || '—' },
  { title: 'Of', cell: ({ domain }) => <bdi>{domain?.name ?? 'everywhere'}</bdi>, isSecondary: true },
  { title: 'Created', cell: ({ createdAt }) => <Time at={createdAt} />, order: 'CREATED_AT', isSecondary: true },
];

/** The roles that the viewer may read at the scope. */
export function RolesPage() {
  return (
    <ListPage
      title="Roles"
      noun={['role', 'roles']}
      document={RolesDocument}
      search={roleSearch}
      labels={{ nameStartsWith: 'Name begins with', kinds: 'Valid' }}
      variables={({ nameStartsWith, kinds }, orderBy) => ({
        // Both kinds are the same as none.
        filter: { nameStartsWith, ...(kinds?.length === 1 && { isGlobal: kinds[0] === 'GLOBAL' }) },
        orderBy: nameStartsWith !== undefined && orderBy?.field !== 'NAME' ? null : orderBy,
      })}
      columns={COLUMNS}
      defaultOrder="CREATED_AT"
      live={KINDS}
      actions={<CreateRole />}
      empty={<p>No roles that you may read of.</p>}
    />
  );
}

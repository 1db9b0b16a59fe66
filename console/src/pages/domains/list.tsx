import { DomainsDocument, type DomainsQuery } from '../../generated/documents.js';
import { ListPage } from '../../kit/list-page.js';
import type { Column } from '../../kit/rows.js';
import { Time } from '../../kit/time.js';
import { CreateDomain } from './create.js';
import { domainSearch } from './search.js';

const KINDS = ['DOMAIN'] as const;

type Row = NonNullable<DomainsQuery['list']>['nodes'][number];

const COLUMNS: readonly Column<Row, 'CREATED_AT' | 'NAME'>[] = [
  { title: 'Name', cell: ({ name }) => name, path: ({ id }) => ['domains', id], order: 'NAME' },
  { title: 'Description', cell: ({ description }) => <bdi>{description ?? '—'}</bdi> },
  { title: 'Created', cell: ({ createdAt }) => <Time at={createdAt} />, order: 'CREATED_AT', isSecondary: true },
];

/** The domains that the viewer may read at the scope. */
export function DomainsPage() {
  return (
    <ListPage
      title="Domains"
      noun={['domain', 'domains']}
      document={DomainsDocument}
      search={domainSearch}
      labels={{ nameStartsWith: 'Name begins with' }}
      variables={({ nameStartsWith }, orderBy) => ({
        filter: { nameStartsWith },
        orderBy: nameStartsWith !== undefined && orderBy?.field !== 'NAME' ? null : orderBy,
      })}
      columns={COLUMNS}
      defaultOrder="CREATED_AT"
      live={KINDS}
      actions={<CreateDomain />}
      empty={<p>No domains that you may read of.</p>}
    />
  );
}

import { ProjectsDocument, type ProjectsQuery } from '../../generated/documents.js';
import { ListPage } from '../../kit/list-page.js';
import type { Column } from '../../kit/rows.js';
import { Time } from '../../kit/time.js';
import { CreateProject } from './create.js';
import { projectSearch } from './search.js';

const KINDS = ['PROJECT'] as const;

type Row = NonNullable<ProjectsQuery['list']>['nodes'][number];

const COLUMNS: readonly Column<Row, 'CREATED_AT' | 'NAME'>[] = [
  { title: 'Name', cell: ({ name }) => name, path: ({ id }) => ['projects', id], order: 'NAME' },
  { title: 'Description', cell: ({ description }) => <bdi>{description ?? '—'}</bdi> },
  { title: 'Domain', cell: ({ domain }) => <bdi>{domain?.name ?? '—'}</bdi>, isSecondary: true },
  { title: 'Created', cell: ({ createdAt }) => <Time at={createdAt} />, order: 'CREATED_AT', isSecondary: true },
];

/** The projects that the viewer may read at the scope. */
export function ProjectsPage() {
  return (
    <ListPage
      title="Projects"
      noun={['project', 'projects']}
      document={ProjectsDocument}
      search={projectSearch}
      labels={{ nameStartsWith: 'Name begins with' }}
      variables={({ nameStartsWith }, orderBy) => ({
        filter: { nameStartsWith },
        orderBy: nameStartsWith !== undefined && orderBy?.field !== 'NAME' ? null : orderBy,
      })}
      columns={COLUMNS}
      defaultOrder="CREATED_AT"
      live={KINDS}
      actions={<CreateProject />}
      empty={<p>No projects yet. Create one with the button above, at the scope of a domain.</p>}
    />
  );
}

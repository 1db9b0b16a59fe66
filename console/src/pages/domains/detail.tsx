import { useParams } from '@tanstack/react-router';
import { useDocument } from '../../api/queries.js';
import { DomainDocument, ProjectsDocument } from '../../generated/documents.js';
import { DetailPage, FactList } from '../../kit/detail-page.js';
import { Related } from '../../kit/related.js';
import { ScopedLink } from '../../kit/scoped-link.js';
import { Time } from '../../kit/time.js';
import { AssignmentsOf } from '../assignments/of.js';
import { DomainActions } from './actions.js';

const KINDS = ['DOMAIN', 'PROJECT', 'ROLE_ASSIGNMENT'] as const;

/** One domain: a tenant, with its projects and who holds roles in it. */
export function DomainPage() {
  const { id } = useParams({ from: '/s/$scope/domains/$id' });
  const variables = { id };
  const found = useDocument(DomainDocument, variables);
  return (
    <DetailPage
      list={{ title: 'Domains', path: ['domains'] }}
      found={found}
      object={found.data?.domain}
      title={({ name }) => name}
      command={(domain) => `bailiwick domain show ${domain.id}`}
      asked={{ document: DomainDocument, variables }}
      live={KINDS}
      actions={(domain) => <DomainActions domain={domain} />}
    >
      {({ name, description, createdAt, updatedAt }) => (
        <>
          <FactList
            facts={[
              ['Description', description && <bdi>{description}</bdi>],
              ['Created', <Time key="created" at={createdAt} />],
              ['Changed', <Time key="changed" at={updatedAt} />],
            ]}
          />
          <ProjectsOf id={id} />
          <AssignmentsOf
            filter={{ domainIds: [id] }}
            start={{ at: { id: `domain:${id}`, label: name, hint: 'domain' } }}
            search={{ at: `domain:${id}` }}
            empty="Nobody holds a role in this domain that you may read of."
          />
        </>
      )}
    </DetailPage>
  );
}

/** The first of a domain's projects. */
function ProjectsOf({ id }: { readonly id: string }) {
  return (
    <Related
      label="Projects"
      document={ProjectsDocument}
      variables={{ first: 20, filter: { domainIds: [id] }, withCount: false }}
      policy="project:get"
      columns={[
        { title: 'Name', cell: ({ name }) => <bdi>{name}</bdi>, path: (project) => ['projects', project.id] },
        { title: 'Description', cell: ({ description }) => <bdi>{description ?? '—'}</bdi>, isSecondary: true },
        { title: 'Created', cell: ({ createdAt }) => <Time at={createdAt} />, isSecondary: true },
      ]}
      keyOf={(project) => project.id}
      empty="It has no project that you may read."
      all={<ScopedLink path={['projects']}>All projects</ScopedLink>}
    />
  );
}

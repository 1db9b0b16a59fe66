import { useParams } from '@tanstack/react-router';
import { useDocument } from '../../api/queries.js';
import { ProjectDocument } from '../../generated/documents.js';
import { DetailPage, FactList } from '../../kit/detail-page.js';
import { ScopedLink } from '../../kit/scoped-link.js';
import { Time } from '../../kit/time.js';
import { AssignmentsOf } from '../assignments/of.js';
import { ProjectActions } from './actions.js';

const KINDS = ['PROJECT', 'ROLE_ASSIGNMENT'] as const;

/** One project, and who holds roles in it. */
export function ProjectPage() {
  const { id } = useParams({ from: '/s/$scope/projects/$id' });
  const variables = { id };
  const found = useDocument(ProjectDocument, variables);
  return (
    <DetailPage
      list={{ title: 'Projects', path: ['projects'] }}
      found={found}
      object={found.data?.project}
      title={({ name }) => name}
      command={(project) => `bailiwick project show ${project.id}`}
      actions={(project) => <ProjectActions project={project} />}
      asked={{ document: ProjectDocument, variables }}
      live={KINDS}
    >
      {({ name, description, domain, parent, isOperators, createdAt, updatedAt }) => (
        <>
          <FactList
            facts={[
              ['Description', description],
              ['Domain', domain && <ScopedLink path={['domains', domain.id]}>{domain.name}</ScopedLink>],
              ['Inside of', parent && <ScopedLink path={['projects', parent.id]}>{parent.name}</ScopedLink>],
              ['Belongs to', isOperators ? 'the operators of the system' : 'its domain'],
              ['Created', <Time key="created" at={createdAt} />],
              ['Changed', <Time key="changed" at={updatedAt} />],
            ]}
          />
          <AssignmentsOf
            filter={{ projectIds: [id] }}
            start={{ at: { id: `project:${id}`, label: name, hint: 'project' } }}
            search={{ at: `project:${id}` }}
            empty="Nobody holds a role on this project itself that you may read of."
          />
        </>
      )}
    </DetailPage>
  );
}

import { useParams } from '@tanstack/react-router';
import { useDocument } from '../../api/queries.js';
import { GroupDocument } from '../../generated/documents.js';
import { DetailPage, FactList } from '../../kit/detail-page.js';
import { ScopedLink } from '../../kit/scoped-link.js';
import { Time } from '../../kit/time.js';
import { AssignmentsOf } from '../assignments/of.js';
import { GroupActions } from './actions.js';
import { Members } from './members.js';

const KINDS = ['GROUP', 'USER', 'ROLE_ASSIGNMENT'] as const;

/** One group: who is in it, and what its members hold by it. */
export function GroupPage() {
  const { id } = useParams({ from: '/s/$scope/groups/$id' });
  const variables = { id };
  const found = useDocument(GroupDocument, variables);
  return (
    <DetailPage
      list={{ title: 'Groups', path: ['groups'] }}
      found={found}
      object={found.data?.group}
      title={({ name }) => name}
      command={(group) => `bailiwick group show ${group.id}`}
      asked={{ document: GroupDocument, variables }}
      live={KINDS}
      actions={(group) => <GroupActions group={group} />}
    >
      {(group) => (
        <>
          <FactList
            facts={[
              ['Description', group.description && <bdi>{group.description}</bdi>],
              [
                'Domain',
                group.domain && <ScopedLink path={['domains', group.domain.id]}>{group.domain.name}</ScopedLink>,
              ],
              ['Created', <Time key="created" at={group.createdAt} />],
              ['Changed', <Time key="changed" at={group.updatedAt} />],
            ]}
          />
          <Members group={group} />
          <AssignmentsOf
            filter={{ groupIds: [id] }}
            start={{ who: { id: `group:${id}`, label: group.name, hint: 'group' } }}
            search={{ who: `group:${id}` }}
            empty="Its members hold no role by it."
          />
        </>
      )}
    </DetailPage>
  );
}

import { useParams } from '@tanstack/react-router';
import { useDocument } from '../../api/queries.js';
import { DomainDocument } from '../../generated/documents.js';
import { DetailPage, FactList } from '../../kit/detail-page.js';
import { ScopedLink } from '../../kit/scoped-link.js';
import { Time } from '../../kit/time.js';
import { DomainActions } from './actions.js';

const KINDS = ['DOMAIN'] as const;

/** One domain: a tenant. */
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
      {({ description, createdAt, updatedAt }) => (
        <FactList
          facts={[
            ['Description', description && <bdi>{description}</bdi>],
            [
              'Who holds roles in it',
              <ScopedLink key="assignments" path={['assignments']} search={{ at: `domain:${id}` }}>
                Assignments
              </ScopedLink>,
            ],
            ['Created', <Time key="created" at={createdAt} />],
            ['Changed', <Time key="changed" at={updatedAt} />],
          ]}
        />
      )}
    </DetailPage>
  );
}

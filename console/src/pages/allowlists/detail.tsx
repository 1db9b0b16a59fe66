import { useParams } from '@tanstack/react-router';
import { useDocument } from '../../api/queries.js';
import { AllowlistDocument, type AllowlistQuery } from '../../generated/documents.js';
import { DetailPage, FactList } from '../../kit/detail-page.js';
import { Time } from '../../kit/time.js';
import { useViewer } from '../../kit/viewer.js';
import { AllowlistActions } from './actions.js';
import { AgentsOfList } from './agents-of-list.js';
import { Owner } from './owner.js';
import { RevisionList } from './revision-list.js';
import { Rules } from './rules.js';

const KINDS = ['ALLOWLIST', 'AGENT'] as const;

type Allowlist = NonNullable<AllowlistQuery['allowlist']>;

/** One allowlist: what it says now, who depends on it, and what it said before. */
export function AllowlistPage() {
  const { id } = useParams({ from: '/s/$scope/allowlists/$id' });
  const { permissions } = useViewer();
  const variables = { id };
  const found = useDocument(AllowlistDocument, variables);
  return (
    <DetailPage
      list={{ title: 'Allowlists', path: ['allowlists'] }}
      found={found}
      object={found.data?.allowlist}
      title={({ name }) => name}
      command={(list) => `bailiwick allowlist show ${list.id}`}
      asked={{ document: AllowlistDocument, variables }}
      actions={(list) => <AllowlistActions list={list} />}
      live={KINDS}
    >
      {(list) => (
        <>
          <FactList facts={factsOf(list)} />
          {permissions?.has('agent:get') && <AgentsOfList list={list} />}
          {permissions?.has('allowlist:get_content') && <Rules id={list.id} />}
          <RevisionList list={list} />
        </>
      )}
    </DetailPage>
  );
}

const factsOf = (list: Allowlist): React.ComponentProps<typeof FactList>['facts'] => {
  const { number, imaPolicyPathCount, imaPolicySize, imaPolicyDigest, createdAt } = list.currentRevision;
  return [
    ['Revision in force', String(number)],
    ['Published', <Time key="published" at={createdAt} />],
    ['Files', imaPolicyPathCount === null ? 'no runtime policy' : imaPolicyPathCount.toLocaleString('en')],
    ['Size', imaPolicySize === null ? null : `${imaPolicySize.toLocaleString('en')} bytes`],
    ['Owner', <Owner key="owner" {...list} />],
    ['Description', list.description && <bdi key="description">{list.description}</bdi>],
    ['Created', <Time key="created" at={list.createdAt} />],
    ['Changed', <Time key="changed" at={list.updatedAt} />],
    ['Digest of the runtime policy', imaPolicyDigest && <code key="digest">{imaPolicyDigest}</code>],
  ];
};

import { useParams } from '@tanstack/react-router';
import { useDocument } from '../../api/queries.js';
import { NodeDocument } from '../../generated/documents.js';
import { DetailPage, FactList } from '../../kit/detail-page.js';
import { Section } from '../../kit/section.js';
import { Time } from '../../kit/time.js';
import { inWords } from '../../kit/words.js';
import { NodeActions } from './actions.js';
import { AddressAction, LeaseHolderAction, TenantsAction, UpdateAction } from './changes.js';
import { LabelsAction } from './labels.js';
import type { NodeFound } from './node-action.js';
import { Conditions, Labels, Machine, NodesAgent, tenantWords } from './parts.js';
import { AvailabilityBadge, NodeCondition } from './state.js';

const KINDS = ['NODE', 'AGENT'] as const;

/** One node: its machine, what operators set, and what can be done about it. */
export function NodePage() {
  const { id } = useParams({ from: '/s/$scope/nodes/$id' });
  const variables = { id };
  const found = useDocument(NodeDocument, variables);
  return (
    <DetailPage
      list={{ title: 'Nodes', path: ['nodes'] }}
      found={found}
      object={found.data?.node}
      title={({ name }) => name}
      command={(node) => `bailiwick node show ${node.id}`}
      asked={{ document: NodeDocument, variables }}
      state={({ conditions, availability }) => (
        <>
          <NodeCondition of={conditions} type="READY" /> <NodeCondition of={conditions} type="ATTESTED" />{' '}
          <AvailabilityBadge availability={availability} />
        </>
      )}
      actions={(node) => <NodeActions node={node} />}
      live={KINDS}
    >
      {(node) => <Parts node={node} />}
    </DetailPage>
  );
}

function Parts({ node }: { readonly node: NodeFound }) {
  return (
    <>
      <FactList facts={factsOf(node)} />
      <Conditions node={node} />
      <NodesAgent node={node} />
      <Section title="Set by operators" actions={<Changes node={node} />}>
        <FactList
          facts={[
            ['Address', node.address && <bdi>{node.address}</bdi>],
            ['Takes workloads of', tenantWords(node.tenants)],
            ['Lease renewed by', node.leaseHolder?.name ?? 'its agent'],
          ]}
        />
      </Section>
      <Section title="Labels" actions={<LabelsAction node={node} />}>
        <Labels node={node} />
      </Section>
      <Machine node={node} />
    </>
  );
}

const Changes = ({ node }: { readonly node: NodeFound }) => (
  <>
    <UpdateAction node={node} />
    <AddressAction node={node} />
    <TenantsAction node={node} />
    <LeaseHolderAction node={node} />
  </>
);

const factsOf = (node: NodeFound): React.ComponentProps<typeof FactList>['facts'] => [
  ['Description', node.description && <bdi>{node.description}</bdi>],
  ['Its machine came', node.origin ? ORIGINS[node.origin] : 'not yet'],
  ['Lease renewed', <Time key="renewed" at={node.leaseRenewedAt} none="never" />],
  ['Ready until', <Time key="until" at={node.leasedUntil} />],
  ['Created', <Time key="created" at={node.createdAt} />],
  ['Changed by operators', <Time key="changed" at={node.updatedAt} />],
];

const ORIGINS: Readonly<Record<NonNullable<NodeFound['origin']>, string>> = {
  JOINED: 'with a join token',
  ADOPTED: 'with an agent that existed before',
  IMPORTED: `by ${inWords('IMPORT').toLowerCase()} from another system`,
};

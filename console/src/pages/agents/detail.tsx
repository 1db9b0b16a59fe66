import { useParams } from '@tanstack/react-router';
import { useDocument } from '../../api/queries.js';
import { AgentDocument, type AgentQuery } from '../../generated/documents.js';
import { DetailPage, FactList } from '../../kit/detail-page.js';
import { ScopedLink } from '../../kit/scoped-link.js';
import { Time } from '../../kit/time.js';
import { inWords } from '../../kit/words.js';
import { AgentActions } from './actions.js';
import { AgentChanges } from './changes.js';
import { AgentHistory } from './history.js';
import { AgentStateBadge } from './state.js';

const KINDS = ['AGENT', 'ALLOWLIST'] as const;

type AgentFound = NonNullable<AgentQuery['agent']>;

/** One agent: what is known of its machine, and what can be done about it. */
export function AgentPage() {
  const { id } = useParams({ from: '/s/$scope/agents/$id' });
  const variables = { id };
  const found = useDocument(AgentDocument, variables);
  return (
    <DetailPage
      list={{ title: 'Agents', path: ['agents'] }}
      found={found}
      object={found.data?.agent}
      title={({ name }) => name}
      command={(agent) => `bailiwick agent show ${agent.id}`}
      asked={{ document: AgentDocument, variables }}
      state={({ state }) => <AgentStateBadge state={state} />}
      actions={(agent) => (
        <>
          <AgentChanges agent={agent} />
          <AgentActions agent={agent} />
        </>
      )}
      live={KINDS}
    >
      {(agent) => (
        <>
          <FactList facts={factsOf(agent)} />
          <AgentHistory id={agent.id} />
        </>
      )}
    </DetailPage>
  );
}

const factsOf = (agent: AgentFound): React.ComponentProps<typeof FactList>['facts'] => [
  ['Trusted until', <Time key="trusted" at={agent.trustedUntil} />],
  ['Last accepted', <Time key="accepted" at={agent.lastAcceptedAt} none="never" />],
  ['Last rejected', <Time key="rejected" at={agent.lastRejectedAt} none="never" />],
  ['Attestations', `${agent.acceptedCount} accepted, ${agent.rejectedCount} rejected`],
  [
    'Last result',
    agent.lastResult && (
      <ScopedLink key="result" path={['attestations', agent.lastResult.id]}>
        {inWords(agent.lastResult.verdict)}: see why
      </ScopedLink>
    ),
  ],
  [
    'Allowlist',
    agent.allowlist && <ScopedLink path={['allowlists', agent.allowlist.id]}>{agent.allowlist.name}</ScopedLink>,
  ],
  ['TPM', agent.tpmKind && inWords(agent.tpmKind)],
  ['Project', agent.project && <ScopedLink path={['projects', agent.project.id]}>{agent.project.name}</ScopedLink>],
  ['External id', agent.externalId],
  ['Created', <Time key="created" at={agent.createdAt} />],
  ['Changed', <Time key="changed" at={agent.updatedAt} />],
];

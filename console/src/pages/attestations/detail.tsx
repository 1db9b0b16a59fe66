import { useParams } from '@tanstack/react-router';
import { useDocument } from '../../api/queries.js';
import { AttestationResultDocument, type AttestationResultQuery } from '../../generated/documents.js';
import { DetailPage, FactList } from '../../kit/detail-page.js';
import { ScopedLink } from '../../kit/scoped-link.js';
import { Section } from '../../kit/section.js';
import { Time } from '../../kit/time.js';
import { AgentStateBadge } from '../agents/state.js';
import { Explained } from './explained.js';
import { FailureTable } from './failure-table.js';
import { VerdictBadge } from './verdict.js';

const KINDS = ['AGENT', 'ALLOWLIST'] as const;

type Result = NonNullable<AttestationResultQuery['attestationResult']>;

/** One result: what was found, why it decided as it did, and what to do next. */
export function AttestationPage() {
  const { id } = useParams({ from: '/s/$scope/attestations/$id' });
  const variables = { id };
  const found = useDocument(AttestationResultDocument, variables);
  return (
    <DetailPage
      list={{ title: 'Attestations', path: ['attestations'] }}
      found={found}
      object={found.data?.attestationResult}
      title={({ agent }) => `Attestation of ${agent?.name ?? 'an agent'}`}
      command={({ agent }) => `bailiwick agent show ${agent?.id ?? 'ID'}`}
      asked={{ document: AttestationResultDocument, variables }}
      state={({ verdict }) => <VerdictBadge verdict={verdict} />}
      live={KINDS}
    >
      {(result) => (
        <>
          <Later result={result} />
          <Explained result={result} />
          <FactList facts={factsOf(result)} />
          <Section title="All failures">
            <FailureTable failures={result.failures} total={result.counts.failures} />
          </Section>
        </>
      )}
    </DetailPage>
  );
}

/** A result is of its moment: what the agent did since is elsewhere. */
function Later({ result: { id, agent } }: { readonly result: Result }) {
  if (!agent?.lastResult || agent.lastResult.id === id) return null;
  return (
    <p>
      The agent attested again since, and is now <AgentStateBadge state={agent.state} />.{' '}
      <ScopedLink path={['attestations', agent.lastResult.id]}>Its last result</ScopedLink>
    </p>
  );
}

const factsOf = ({
  agent,
  receivedAt,
  stateAfter,
  allowlistRevision,
  counts,
}: Result): React.ComponentProps<typeof FactList>['facts'] => [
  ['Agent', agent && <ScopedLink path={['agents', agent.id]}>{agent.name}</ScopedLink>],
  ['Received', <Time key="received" at={receivedAt} />],
  ['State after it', <AgentStateBadge key="after" state={stateAfter} />],
  ['Judged by revision', allowlistRevision && String(allowlistRevision.number)],
  ['Bound allowlist', agent?.allowlist && <BoundList key="list" list={agent.allowlist} />],
  [
    'Log entries',
    `${counts.entries.toLocaleString('en')} checked, ${counts.attestedEntries.toLocaleString('en')} quoted`,
  ],
  ['Excluded', counts.excluded.toLocaleString('en')],
  ['Violations', counts.violations.toLocaleString('en')],
  [
    'More of this agent',
    agent && (
      <ScopedLink key="all" path={['agents', agent.id, 'attestations']}>
        All its results
      </ScopedLink>
    ),
  ],
];

function BoundList({ list }: { readonly list: NonNullable<NonNullable<Result['agent']>['allowlist']> }) {
  return (
    <>
      <ScopedLink path={['allowlists', list.id]}>{list.name}</ScopedLink>, revision {list.currentRevision.number} in
      force
    </>
  );
}

import { useParams } from '@tanstack/react-router';
import { useDocument } from '../../api/queries.js';
import { PolicyDocument, PolicyHistoryDocument, type PolicyQuery } from '../../generated/documents.js';
import { Badge } from '../../kit/badge.js';
import { DetailPage, FactList } from '../../kit/detail-page.js';
import { PlainTable } from '../../kit/plain-table.js';
import { ScopedLink } from '../../kit/scoped-link.js';
import { Time } from '../../kit/time.js';
import { useViewer } from '../../kit/viewer.js';
import { inWords } from '../../kit/words.js';
import { PolicyActions } from './actions.js';
import { CheckText } from './changes.js';
import { PolicySections } from './frame.js';
import { changesOf } from './sets.js';

const KINDS = ['POLICY_REVISION'] as const;

type Policy = NonNullable<PolicyQuery['policy']>;

/** One policy: what it guards, whom it allows, and who changed it. */
export function PolicyPage() {
  const { name } = useParams({ from: '/s/$scope/policies/$name' });
  const variables = { name };
  const found = useDocument(PolicyDocument, variables);
  const policy = found.data?.policy;
  return (
    <>
      <PolicySections />
      <DetailPage
        list={{ title: 'Policies', path: ['policies'] }}
        found={found}
        object={policy && { ...policy, id: policy.name }}
        title={() => name}
        command={() => `bailiwick policy show ${name}`}
        asked={{ document: PolicyDocument, variables }}
        live={KINDS}
        state={({ override }) => (
          <Badge state={override === null ? 'DEFAULT' : 'OVERRIDE'} tone={override === null ? 'quiet' : 'warn'} />
        )}
        actions={(one) => <PolicyActions policy={one} />}
      >
        {(one) => <PolicyDetail policy={one} />}
      </DetailPage>
    </>
  );
}

function PolicyDetail({ policy }: { readonly policy: Policy }) {
  const { permissions } = useViewer();
  return (
    <>
      <p>{policy.description}</p>
      <FactList facts={factsOf(policy)} />
      <h2>Check in force</h2>
      <Checks label="Checks in force" checks={policy.checks} />
      {policy.override !== null && (
        <>
          <h2>Default, which the override replaces</h2>
          <Checks label="Default checks" checks={policy.defaultChecks} />
        </>
      )}
      {permissions?.has('policy:list_revisions') && <History name={policy.name} />}
      <h2>What it guards</h2>
      <p>
        {policy.operations.map((operation) => (
          <span key={operation}>
            <code>{operation}</code>{' '}
          </span>
        ))}
      </p>
    </>
  );
}

const factsOf = (policy: Policy): React.ComponentProps<typeof FactList>['facts'] => [
  [
    'For',
    policy.access === 'SCOPED' ? `tokens of ${policy.scopeTypes.map(inWords).join(', ')}` : inWords(policy.access),
  ],
  ['Essential', policy.isEssential ? 'yes: every override must still allow administrators of the system' : 'no'],
  ['Allows, at least on some object', policy.allowedPersonas.join('; ') || 'nobody'],
  ...(policy.deprecated
    ? ([
        [
          'Earlier default',
          `${policy.deprecated.check}, until ${policy.deprecated.since}: ${policy.deprecated.reason}`,
        ],
      ] as const)
    : []),
];

function Checks({ checks, label }: { readonly checks: Policy['checks']; readonly label: string }) {
  return (
    <PlainTable
      label={label}
      heads={['Scope', 'Check', 'Boundary, which no override removes']}
      rows={checks.map(({ scopeType, check, boundary }) => ({
        key: scopeType ?? 'all',
        cells: [
          scopeType ? inWords(scopeType) : 'All',
          <code key="check">{check}</code>,
          boundary === null ? 'none' : <code key="boundary">{boundary}</code>,
        ],
      }))}
    />
  );
}

function History({ name }: { readonly name: string }) {
  const { data } = useDocument(PolicyHistoryDocument, {});
  const { nodes = [], pageInfo } = data?.policyRevisions ?? {};
  const changes = changesOf(name, nodes, pageInfo?.hasNextPage === false);
  return (
    <>
      <h2>Who changed it</h2>
      {changes.length === 0 ? (
        <p>{data ? 'No revision that is kept changed it.' : 'Reading …'}</p>
      ) : (
        <PlainTable
          label="Changes of this policy"
          heads={['Revision', 'When', 'Who', 'Reason', 'Before', 'After']}
          rows={changes.map(({ before, after, revision }) => ({
            key: String(revision.number),
            cells: [
              <ScopedLink key="revision" path={['policies', 'revisions', String(revision.number)]}>
                Revision {revision.number}
              </ScopedLink>,
              <Time key="time" at={revision.createdAt} />,
              <bdi key="user">{revision.user?.name ?? 'not readable, or offline'}</bdi>,
              <bdi key="reason">{revision.reason ?? '—'}</bdi>,
              <CheckText key="before" check={before} />,
              <CheckText key="after" check={after} />,
            ],
          }))}
        />
      )}
    </>
  );
}

import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useDocument } from '../../api/queries.js';
import { PolicyHistoryDocument, PolicyRevisionDocument, type PolicyRevisionQuery } from '../../generated/documents.js';
import { Action } from '../../kit/action.js';
import { Badge } from '../../kit/badge.js';
import { DetailPage, FactList } from '../../kit/detail-page.js';
import { ScopedLink } from '../../kit/scoped-link.js';
import { Time } from '../../kit/time.js';
import { useViewer } from '../../kit/viewer.js';
import { useInForce } from './actions.js';
import { ChangeTable } from './changes.js';
import { RollbackDialog } from './dialogs.js';
import { PolicySections, usePolicyRights } from './frame.js';
import { changedBetween } from './sets.js';

const KINDS = ['POLICY_REVISION'] as const;

type Revision = NonNullable<PolicyRevisionQuery['policyRevision']>;

/** The set without overrides, which was there before the first revision. */
const WITHOUT: Revision = {
  number: 0,
  overrides: [],
  enforceNewDefaults: true,
  createdAt: null,
  reason: null,
  rolledBackTo: null,
  user: null,
};

/** The revision that was in force before another one; null while that is not known. */
function useBefore(number: number): Revision | null {
  const { data } = useDocument(PolicyHistoryDocument, {});
  const { nodes, pageInfo } = data?.policyRevisions ?? {};
  if (nodes === undefined || number === 0) return null;
  return nodes.find((one) => one.number < number) ?? (pageInfo?.hasNextPage ? null : WITHOUT);
}

/** One revision: who brought it into force and why, what it changed, and how to take that back. */
export function PolicyRevisionPage() {
  const number = Number(useParams({ from: '/s/$scope/policies/revisions/$number' }).number);
  const variables = { number: Number.isSafeInteger(number) ? number : -1 };
  const found = useDocument(PolicyRevisionDocument, variables);
  const revision = found.data?.policyRevision;
  const inForce = useInForce();
  const before = useBefore(number);
  return (
    <>
      <PolicySections />
      <DetailPage
        list={{ title: 'Revisions', path: ['policies', 'revisions'] }}
        found={found}
        object={revision && { ...revision, id: String(revision.number) }}
        title={() => `Revision ${number}`}
        command={() => `bailiwick policy export --revision ${number}`}
        asked={{ document: PolicyRevisionDocument, variables }}
        live={KINDS}
        state={() => (
          <Badge
            state={inForce?.number === number ? 'IN_FORCE' : 'EARLIER'}
            tone={inForce?.number === number ? 'good' : 'quiet'}
          />
        )}
        actions={(one) => <RevisionActions revision={one} before={before} />}
      >
        {(one) => (
          <>
            <FactList facts={factsOf(one)} />
            <h2>What it changed</h2>
            {before ? (
              <ChangeTable label="What it changed" changes={changedBetween(before, one)} />
            ) : (
              <p>{number === 0 ? 'It is the set without overrides.' : 'The revision before is not kept.'}</p>
            )}
            <h2>The whole set</h2>
            <ChangeTable label="The whole set" changes={changedBetween(WITHOUT, one)} />
            <AuditLink number={number} />
          </>
        )}
      </DetailPage>
    </>
  );
}

const factsOf = (revision: Revision): React.ComponentProps<typeof FactList>['facts'] => [
  ['Who', <bdi key="who">{revision.user?.name ?? 'not readable, or offline'}</bdi>],
  ['When', <Time key="when" at={revision.createdAt} />],
  ['Reason', <bdi key="reason">{revision.reason ?? '—'}</bdi>],
  ['Restores revision', revision.rolledBackTo],
  ['Deprecated checks', revision.enforceNewDefaults ? 'do not count' : 'also allow'],
];

function AuditLink({ number }: { readonly number: number }) {
  if (!useViewer().permissions?.has('audit:list')) return null;
  const search = { targetTypes: ['POLICY_REVISION'], targetId: String(number) };
  return (
    <p>
      <ScopedLink path={['audit']} search={search}>
        What the audit log has about it
      </ScopedLink>
    </p>
  );
}

interface RevisionActionsProps {
  readonly revision: Revision;
  readonly before: Revision | null;
}

function RevisionActions({ revision, before }: RevisionActionsProps) {
  const rightTo = usePolicyRights();
  const inForce = useInForce();
  const [restored, setRestored] = useState<Revision | null>(null);
  const isInForce = inForce?.number === revision.number;
  const unknown = inForce === null ? 'Which revision is in force is not known.' : null;
  const late = isInForce ? null : 'Later revisions replaced it: put an earlier one back in force instead.';
  const right = rightTo('rollbackPolicyOverrides');
  return (
    <>
      <Action
        label="Take this change back"
        permission={right}
        unfit={unknown ?? late ?? (before === null ? 'The revision before is not kept.' : null)}
        isDangerous
        onRun={() => setRestored(before)}
      />
      <Action
        label="Put back in force"
        permission={right}
        unfit={unknown ?? (isInForce ? 'It is in force.' : null)}
        isDangerous
        onRun={() => setRestored(revision)}
      />
      {restored && inForce && (
        <RollbackDialog
          title={isInForce ? `Take back revision ${revision.number}` : `Put revision ${restored.number} back in force`}
          words={
            <p>
              The overrides of revision {restored.number} come into force again, as a new revision. The next request is
              decided by them, on every server.
            </p>
          }
          set={restored}
          revision={restored.number}
          inForce={inForce}
          onClose={() => setRestored(null)}
        />
      )}
    </>
  );
}

import { useState } from 'react';
import { useDocument } from '../../api/queries.js';
import {
  DeletePolicyCandidateDocument,
  PolicyCandidateDocument,
  type PolicyCandidateQuery,
} from '../../generated/documents.js';
import { Action } from '../../kit/action.js';
import { ActionDialog } from '../../kit/action-dialog.js';
import { FactList } from '../../kit/detail-page.js';
import { FaultNote } from '../../kit/faults.js';
import { Loading } from '../../kit/loading.js';
import { PlainTable } from '../../kit/plain-table.js';
import { ScopedLink } from '../../kit/scoped-link.js';
import { Time } from '../../kit/time.js';
import { useViewer } from '../../kit/viewer.js';
import { inWords } from '../../kit/words.js';
import { useInForce } from './actions.js';
import { ChangeTable } from './changes.js';
import { EnforceDialog } from './dialogs.js';
import { PolicyFrame, usePolicyRights } from './frame.js';
import { ChangePreview } from './preview.js';
import { changedBetween } from './sets.js';

type Candidate = NonNullable<PolicyCandidateQuery['policyCandidate']>;

/** The set that is tried out: what it is, what it would change, and what it would have changed so far. */
export function PolicyCandidatePage() {
  const { data, fault, refresh } = useDocument(PolicyCandidateDocument, {});
  const candidate = data?.policyCandidate;
  return (
    <PolicyFrame
      title="Candidate"
      note="It decides nothing; the server counts what it would decide otherwise."
      actions={candidate && <CandidateActions candidate={candidate} />}
    >
      {fault && <FaultNote fault={fault} onRetry={refresh} />}
      {candidate && <CandidateDetail candidate={candidate} />}
      {data && !candidate && !fault && (
        <p>
          Nothing is tried out. Open a <ScopedLink path={['policies']}>policy</ScopedLink> and try another check, or run{' '}
          <code>bailiwick policy candidate FILE</code>.
        </p>
      )}
      {!data && !fault && <Loading what="the candidate" />}
    </PolicyFrame>
  );
}

function CandidateDetail({ candidate: { revision, changes } }: { readonly candidate: Candidate }) {
  const inForce = useInForce();
  const mayPreview = useViewer().permissions?.has('policy:override') ?? false;
  return (
    <>
      <FactList
        facts={[
          ['Number', revision.number],
          ['Who', <bdi key="who">{revision.user?.name ?? 'not readable'}</bdi>],
          ['When', <Time key="when" at={revision.createdAt} />],
          ['Reason', <bdi key="reason">{revision.reason ?? '—'}</bdi>],
        ]}
      />
      <h2>What differs from the set in force</h2>
      {inForce ? (
        <ChangeTable label="What differs" changes={changedBetween(inForce, revision)} />
      ) : (
        <Loading what="the set in force" />
      )}
      <h2>Who would gain and who would lose</h2>
      {mayPreview ? (
        <>
          <ChangePreview set={revision} />
          <p>
            <ScopedLink path={['policies', 'matrix']} search={{ cells: ['CHANGED'] }}>
              Show it in the matrix
            </ScopedLink>
          </p>
        </>
      ) : (
        <p>Only those who may override policies can preview a set.</p>
      )}
      <h2>Requests that it would have decided otherwise</h2>
      <Counts changes={changes} />
    </>
  );
}

function Counts({ changes }: Pick<Candidate, 'changes'>) {
  if (changes.length === 0) return <p>None so far.</p>;
  return (
    <PlainTable
      label="Requests that it would have decided otherwise"
      heads={['Policy', 'Scope', 'Change', 'Requests', 'First', 'Last']}
      rows={changes.map(({ policy, scopeType, change, count, firstAt, lastAt }) => ({
        key: `${policy} ${scopeType} ${change}`,
        cells: [
          <ScopedLink key="policy" path={['policies', policy]}>
            {policy}
          </ScopedLink>,
          inWords(scopeType),
          inWords(change),
          count.toLocaleString('en'),
          <Time key="first" at={firstAt} />,
          <Time key="last" at={lastAt} />,
        ],
      }))}
    />
  );
}

function CandidateActions({ candidate: { revision } }: { readonly candidate: Candidate }) {
  const rightTo = usePolicyRights();
  const inForce = useInForce();
  const [open, setOpen] = useState<'enforce' | 'withdraw' | null>(null);
  const close = () => setOpen(null);
  return (
    <>
      <Action
        label="Enforce"
        permission={rightTo('setPolicyOverrides')}
        unfit={inForce === null ? 'The set in force is not read yet.' : null}
        isDangerous
        onRun={() => setOpen('enforce')}
      />
      <Action label="Withdraw" permission={rightTo('deletePolicyCandidate')} onRun={() => setOpen('withdraw')} />
      {open === 'enforce' && inForce && (
        <EnforceDialog
          title={`Enforce candidate ${revision.number}`}
          words={
            <p>The whole candidate replaces the set in force: the next request is decided by it, on every server.</p>
          }
          set={revision}
          inForce={inForce}
          onClose={close}
        />
      )}
      {open === 'withdraw' && (
        <ActionDialog
          title={`Withdraw candidate ${revision.number}`}
          effect={<p>It is no longer compared with the set in force, and its counts go. No decision changes.</p>}
          submit="Withdraw"
          document={DeletePolicyCandidateDocument}
          variables={({ reason }) => ({ input: { reason } })}
          asksReason
          onClose={close}
        />
      )}
    </>
  );
}

import { useNavigate } from '@tanstack/react-router';
import type { AllowlistQuery, RevisionFactsFragment } from '../../generated/documents.js';
import { Action } from '../../kit/action.js';
import { Badge } from '../../kit/badge.js';
import { FaultNote } from '../../kit/faults.js';
import { Loading } from '../../kit/loading.js';
import { permissionFor } from '../../kit/permission.js';
import { pathOf, ScopedLink } from '../../kit/scoped-link.js';
import { Section } from '../../kit/section.js';
import { SmallTable } from '../../kit/small-table.js';
import { Time } from '../../kit/time.js';
import { useViewer } from '../../kit/viewer.js';
import { RevisionChoice } from './revision-choice.js';
import { useRevisions } from './revisions.js';

type Allowlist = NonNullable<AllowlistQuery['allowlist']>;

/** The revisions of a list: what changed from one to the next, and the way back to one. */
export function RevisionList({ list }: { readonly list: Allowlist }) {
  const { scope } = useViewer();
  const navigate = useNavigate();
  const { found, edges, hasMore } = useRevisions(list.id);
  if (edges === null)
    return found.fault ? <FaultNote fault={found.fault} onRetry={found.refresh} /> : <Loading what="revisions" />;
  const revisions = edges.map(({ node }) => node);
  const go = (place: string, search: object) =>
    navigate({ to: pathOf(scope, ['allowlists', list.id, place]), search: search as never });
  const [newest, second] = revisions;
  return (
    <Section
      title="Revisions"
      actions={
        newest &&
        second && (
          <RevisionChoice
            edges={edges}
            from={second.number}
            to={newest.number}
            onChoose={(chosen) => go('compare', chosen)}
          />
        )
      }
    >
      <SmallTable
        label="Revisions"
        columns={[
          { title: 'Revision', cell: ({ number }: RevisionFactsFragment) => number },
          { title: 'Published', cell: ({ createdAt }) => <Time at={createdAt} /> },
          { title: 'Files', cell: ({ imaPolicyPathCount }) => imaPolicyPathCount?.toLocaleString('en') ?? '—' },
          { title: 'Changes', cell: (revision) => <Changes id={list.id} revision={revision} all={revisions} /> },
          {
            title: 'Publish again',
            isAction: true,
            cell: (revision) => <Again list={list} revision={revision} onRun={(search) => go('publish', search)} />,
          },
        ]}
        rows={revisions}
        keyOf={({ id }) => id}
        empty="None is kept."
      />
      {hasMore && <p>Only the latest {revisions.length} are shown.</p>}
    </Section>
  );
}

interface ChangesProps {
  readonly id: string;
  readonly revision: RevisionFactsFragment;
  readonly all: readonly RevisionFactsFragment[];
}

function Changes({ id, revision: { number }, all }: ChangesProps) {
  const before = all.find((one) => one.number < number);
  if (before === undefined) return '—';
  return (
    <ScopedLink path={['allowlists', id, 'compare']} search={{ from: String(before.number), to: String(number) }}>
      from {before.number} to {number}
    </ScopedLink>
  );
}

interface AgainProps {
  readonly list: Allowlist;
  readonly revision: RevisionFactsFragment;
  readonly onRun: (search: object) => void;
}

function Again({ list, revision: { number }, onRun }: AgainProps) {
  if (number === list.currentRevision.number) return <Badge state="IN_FORCE" tone="good" />;
  return (
    <Action
      label={`Publish ${number} again`}
      permission={permissionFor(list, 'publishAllowlistRevision')}
      onRun={() => onRun({ revision: String(number) })}
    />
  );
}

import { PolicyRevisionsDocument, type PolicyRevisionsQuery } from '../../generated/documents.js';
import { Badge } from '../../kit/badge.js';
import { ListPage } from '../../kit/list-page.js';
import type { Column } from '../../kit/rows.js';
import { Time } from '../../kit/time.js';
import { useInForce } from './actions.js';
import { PolicySections } from './frame.js';
import { revisionSearch } from './search.js';

const KINDS = ['POLICY_REVISION'] as const;

type Row = NonNullable<PolicyRevisionsQuery['list']>['nodes'][number];

const COLUMNS: readonly Column<Row, never>[] = [
  {
    title: 'Revision',
    cell: ({ number }) => <RevisionName number={number} />,
    path: ({ number }) => ['policies', 'revisions', String(number)],
  },
  { title: 'When', cell: ({ createdAt }) => <Time at={createdAt} /> },
  { title: 'Who', cell: ({ user }) => <bdi>{user?.name ?? 'not readable, or offline'}</bdi> },
  { title: 'Overrides', cell: ({ overrides }) => overrides.length, isSecondary: true },
  { title: 'Reason', cell: ({ reason }) => <bdi>{reason ?? '—'}</bdi>, isSecondary: true },
];

/** Its number, and whether it decides now. */
export function RevisionName({ number }: { readonly number: number }) {
  const inForce = useInForce();
  return (
    <>
      {number} {inForce?.number === number && <Badge state="IN_FORCE" tone="good" />}
    </>
  );
}

/** Every set of overrides that was in force, newest first. */
export function PolicyRevisionsPage() {
  return (
    <>
      <PolicySections />
      <ListPage
        title="Revisions of the overrides"
        noun={['revision', 'revisions']}
        document={PolicyRevisionsDocument}
        search={revisionSearch}
        labels={{}}
        variables={() => ({})}
        columns={COLUMNS}
        defaultOrder={'' as never}
        live={KINDS}
        empty={<p>Nobody has changed a policy: all have their defaults. Open a policy to change its check.</p>}
      />
    </>
  );
}

import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useDocument } from '../../api/queries.js';
import { AllowlistDocument } from '../../generated/documents.js';
import { FaultNote, FaultPage, NotFound } from '../../kit/faults.js';
import { Loading } from '../../kit/loading.js';
import { pathOf, ScopedLink } from '../../kit/scoped-link.js';
import { Section } from '../../kit/section.js';
import { useTitle } from '../../kit/title.js';
import { useViewer } from '../../kit/viewer.js';
import css from './allowlists.module.css';
import { Differences } from './differences.js';
import { RevisionChoice } from './revision-choice.js';
import { useRevision, useRevisions } from './revisions.js';
import { compareSearch } from './search.js';

/** Two revisions of a list side by side. Which ones stands in the address. */
export function ComparePage() {
  const { id } = useParams({ from: '/s/$scope/allowlists/$id/compare' });
  const { scope } = useViewer();
  const navigate = useNavigate();
  const chosen = compareSearch(useSearch({ strict: false }));
  const { data, fault } = useDocument(AllowlistDocument, { id });
  const { edges } = useRevisions(id);
  const name = data?.allowlist?.name ?? '';
  useTitle(`Compare revisions of ${name}`);
  if (fault && !data?.allowlist) return fault.code === 'NOT_FOUND' ? <NotFound /> : <FaultPage fault={fault} />;
  if (data && !data.allowlist) return <NotFound />;
  if (!data?.allowlist || edges === null) return <Loading what="the revisions" lines={6} />;
  const to = chosen.to ?? data.allowlist.currentRevision.number;
  const from = chosen.from ?? edges.find(({ node }) => node.number < to)?.node.number ?? to;
  return (
    <>
      <p className={css.trail}>
        <ScopedLink path={['allowlists', id]}>{name}</ScopedLink>
      </p>
      <h1 tabIndex={-1}>
        What changed from revision {from} to {to} of <bdi>{name}</bdi>
      </h1>
      <Section title="Revisions">
        <RevisionChoice
          key={`${from}-${to}`}
          edges={edges}
          from={from}
          to={to}
          onChoose={(search) => navigate({ to: pathOf(scope, ['allowlists', id, 'compare']), search: search as never })}
        />
      </Section>
      <Comparison id={id} edges={edges} from={from} to={to} />
    </>
  );
}

interface ComparisonProps {
  readonly id: string;
  readonly edges: NonNullable<ReturnType<typeof useRevisions>['edges']>;
  readonly from: number;
  readonly to: number;
}

function Comparison({ id, edges, from, to }: ComparisonProps) {
  const before = useRevision(id, edges, from);
  const after = useRevision(id, edges, to);
  if (before.isMissing || after.isMissing) return <p>One of these revisions is not kept any more: choose others.</p>;
  const fault = before.found.fault ?? after.found.fault;
  if (fault) return <FaultNote fault={fault} onRetry={before.found.refresh} />;
  if (!before.revision || !after.revision) return <Loading what="both revisions" lines={6} />;
  return (
    <Section title="Differences">
      <Differences before={before.revision} after={after.revision} />
    </Section>
  );
}

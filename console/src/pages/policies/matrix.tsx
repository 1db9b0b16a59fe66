import { useNavigate, useSearch } from '@tanstack/react-router';
import { memo } from 'react';
import { useDocument } from '../../api/queries.js';
import { PolicyCandidateDocument, PolicyMatrixDocument, PolicyPreviewDocument } from '../../generated/documents.js';
import { FaultNote } from '../../kit/faults.js';
import { FilterBar } from '../../kit/filter-bar.js';
import { Loading } from '../../kit/loading.js';
import { ScopedLink } from '../../kit/scoped-link.js';
import { useViewer } from '../../kit/viewer.js';
import { PolicyFrame } from './frame.js';
import { type Cell, type MatrixRow, matrixOf, personasOf, scopeOfPersona } from './matrix-model.js';
import css from './policies.module.css';
import { matrixSearch } from './search.js';
import { inputOf } from './sets.js';

const LABELS = { contains: 'Operation or policy contains', callers: 'Callers', cells: 'Only' };

/** What the candidate would change; nothing where there is none, or where the viewer may not preview it. */
function useCandidate() {
  const { permissions } = useViewer();
  const mayRead = permissions?.has('policy:list_revisions') ?? false;
  const mayPreview = mayRead && (permissions?.has('policy:override') ?? false);
  const { data } = useDocument(PolicyCandidateDocument, {}, { isPaused: !mayRead });
  const revision = data?.policyCandidate?.revision ?? null;
  const input = inputOf(revision ?? { overrides: [], enforceNewDefaults: true });
  const isPaused = revision === null || !mayPreview;
  const preview = useDocument(PolicyPreviewDocument, { input }, { isPaused }).data?.previewPolicyChange?.preview;
  return { revision, mayPreview, differences: (isPaused ? null : preview?.differences) ?? [] };
}

const groupOf = (persona: string) => {
  const scope = scopeOfPersona(persona).toUpperCase();
  return ['SYSTEM', 'DOMAIN', 'PROJECT', 'AGENT'].includes(scope) ? scope : 'OTHERS';
};

/** Which kind of caller may use which operation, in force and with the candidate. */
export function PolicyMatrixPage() {
  const search = matrixSearch.validate(useSearch({ strict: false }));
  const navigate = useNavigate();
  const { data, fault, refresh } = useDocument(PolicyMatrixDocument, {});
  const { revision, mayPreview, differences } = useCandidate();
  const policies = data?.policies ?? [];
  const personas = personasOf(policies).filter(
    (one) => search.callers === undefined || (search.callers as readonly string[]).includes(groupOf(one)),
  );
  const text = (search.contains ?? '').trim().toLowerCase();
  const rows = matrixOf(policies, personas, differences).filter(
    ({ operation, policy, cells }) =>
      `${operation} ${policy}`.toLowerCase().includes(text) &&
      (search.cells === undefined || cells.some((cell) => cell !== 'allowed' && cell !== 'denied')),
  );
  return (
    <PolicyFrame title="Policy matrix" note={data && `${rows.length} operations, ${personas.length} kinds of callers`}>
      <FilterBar
        definition={matrixSearch}
        labels={LABELS}
        values={search}
        onChange={(values) =>
          navigate({ to: '.', search: { ...search, ...values } as never, replace: true, resetScroll: false })
        }
      />
      <Legend candidate={revision?.number ?? null} mayPreview={mayPreview} />
      {fault && <FaultNote fault={fault} onRetry={refresh} />}
      {!data && !fault && <Loading what="the matrix" lines={8} />}
      {data && rows.length === 0 && <p>No operations fit the filter.</p>}
      {rows.length > 0 && <Matrix personas={personas} rows={rows} />}
    </PolicyFrame>
  );
}

const SIGNS: Readonly<Record<Cell, readonly [sign: string, words: string, style: string | undefined]>> = {
  allowed: ['✓', 'allowed, at least on some object', css.allowed],
  denied: ['·', 'denied', css.denied],
  gains: ['+', 'denied; the candidate would allow it', css.gains],
  loses: ['−', 'allowed; the candidate would deny it', css.loses],
  'gains some': ['±', 'the candidate would allow it on more objects', css.gains],
  'loses some': ['∓', 'the candidate would allow it on fewer objects', css.loses],
};

function Legend({ candidate, mayPreview }: { readonly candidate: number | null; readonly mayPreview: boolean }) {
  const isCompared = candidate !== null && mayPreview;
  const shown = Object.entries(SIGNS).filter(([cell]) => isCompared || cell === 'allowed' || cell === 'denied');
  return (
    <ul className={css.legend} aria-label="Signs">
      {shown.map(([cell, [sign, words, style]]) => (
        <li key={cell}>
          <span className={style}>{sign}</span> {words}
        </li>
      ))}
      {isCompared && (
        <li>
          Compared with <ScopedLink path={['policies', 'candidate']}>candidate {candidate}</ScopedLink>
        </li>
      )}
    </ul>
  );
}

interface MatrixProps {
  readonly personas: readonly string[];
  readonly rows: readonly MatrixRow[];
}

function Matrix({ personas, rows }: MatrixProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must take the focus.
    <section className={css.frame} tabIndex={0} aria-label="Matrix of callers and operations">
      <table className={css.matrix} aria-label="Who may do what">
        <thead>
          <tr>
            <th scope="col">Operation</th>
            {personas.map((persona) => (
              <th key={persona} scope="col">
                <span>{persona}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Line key={`${row.policy} ${row.operation}`} row={row} text={row.cells.join()} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Drawn anew only where a cell of it changed. */
const Line = memo(
  function Line({ row: { operation, policy, cells } }: { readonly row: MatrixRow; readonly text: string }) {
    return (
      <tr>
        <th scope="row">
          {operation}
          <small>
            <ScopedLink path={['policies', policy]}>{policy}</ScopedLink>
          </small>
        </th>
        {cells.map((cell, place) => {
          const [sign, words, style] = SIGNS[cell];
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: the columns stay where they are.
            <td key={place} className={style} title={words}>
              <span aria-hidden="true">{sign}</span>
              <span className="unseen">{words}</span>
            </td>
          );
        })}
      </tr>
    );
  },
  (before, after) => before.text === after.text && before.row.operation === after.row.operation,
);

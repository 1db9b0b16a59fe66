import { useNavigate } from '@tanstack/react-router';
import type { AttestationResultQuery, FailureFragment } from '../../generated/documents.js';
import { Action } from '../../kit/action.js';
import { permissionFor } from '../../kit/permission.js';
import { pathOf, ScopedLink } from '../../kit/scoped-link.js';
import { Section } from '../../kit/section.js';
import { SmallTable } from '../../kit/small-table.js';
import { useViewer } from '../../kit/viewer.js';
import { entriesOf } from '../allowlists/missing-entries.js';
import css from './attestations.module.css';

type Result = NonNullable<AttestationResultQuery['attestationResult']>;
type Explanation = NonNullable<Result['explanation']>;

/** Why evidence was rejected, in words and values, and what to do next. */
export function Explained({ result }: { readonly result: Result }) {
  const { explanation } = result;
  if (explanation === null)
    return (
      <div className={css.accepted}>
        The machine is what its allowlist expects: nothing in its evidence differs.
        {result.stateAfter === 'FAILED' && result.agent && (
          <>
            {' '}
            It failed before, so it stays failed until somebody resets it:{' '}
            <ScopedLink path={['agents', result.agent.id]}>{result.agent.name}</ScopedLink>
          </>
        )}
      </div>
    );
  return (
    <>
      <div className={css.why}>
        <p>
          <strong>
            <bdi>{explanation.summary}</bdi>
          </strong>
        </p>
        <p>{explanation.advice}</p>
        <Next result={result} />
      </div>
      {explanation.firstEntry && <FirstEntry failure={explanation.firstEntry} />}
      {explanation.pcrs.length > 0 && <Pcrs failures={explanation.pcrs} />}
    </>
  );
}

function Next({ result: { id, agent, allowlistRevision, failures } }: { readonly result: Result }) {
  const { scope } = useViewer();
  const navigate = useNavigate();
  const list = agent?.allowlist;
  if (!list) return null;
  const isListed = entriesOf(failures).length > 0;
  const isOld = allowlistRevision !== null && allowlistRevision.id !== list.currentRevision.id;
  return (
    <>
      {isOld && (
        <p>
          It was judged by revision {allowlistRevision.number}; revision {list.currentRevision.number} is in force now,
          or another list is bound.
        </p>
      )}
      <div className={css.next}>
        {isListed && (
          <Action
            label={`If it belongs there: add it to ${list.name}`}
            permission={permissionFor(list, 'publishAllowlistRevision')}
            onRun={() =>
              navigate({ to: pathOf(scope, ['allowlists', list.id, 'publish']), search: { result: id } as never })
            }
          />
        )}
        <ScopedLink className="button" path={['allowlists', list.id]}>
          Look at {list.name}
        </ScopedLink>
      </div>
    </>
  );
}

function FirstEntry({ failure }: { readonly failure: FailureFragment }) {
  const { entry, path, expected, got, layer, message } = failure;
  return (
    <Section title="The first entry of the log that differs">
      <dl className={css.entry}>
        <dt>Entry</dt>
        <dd>{entry === null ? '—' : `number ${entry.toLocaleString('en')}, counted from 0 at boot`}</dd>
        <dt>File</dt>
        <dd>
          <bdi>{path ?? '—'}</bdi>
        </dd>
        <dt>Expected</dt>
        <dd>
          <Digests values={expected} none="not listed" />
        </dd>
        <dt>Got</dt>
        <dd>
          <Digests values={got === null ? [] : [got]} none="—" />
        </dd>
        <dt>Found by</dt>
        <dd>
          <bdi>{layer ?? 'the log itself'}</bdi>
        </dd>
        <dt>In words</dt>
        <dd>{message}</dd>
      </dl>
    </Section>
  );
}

function Pcrs({ failures }: Pick<{ failures: Explanation['pcrs'] }, 'failures'>) {
  return (
    <Section title="PCRs that differ">
      <SmallTable
        label="PCRs that differ"
        columns={[
          { title: 'PCR', cell: ({ pcr }: FailureFragment) => pcr },
          { title: 'Expected', cell: ({ expected }) => <Digests values={expected} none="—" /> },
          { title: 'Got', cell: ({ got }) => <Digests values={got === null ? [] : [got]} none="nothing" /> },
          { title: 'In words', cell: ({ message }) => message },
        ]}
        rows={failures}
        keyOf={({ pcr, code }) => `${pcr} ${code}`}
        empty=""
      />
    </Section>
  );
}

export function Digests({ values, none }: { readonly values: readonly string[] | null; readonly none: string }) {
  if (values === null || values.length === 0) return <span>{none}</span>;
  return (
    <>
      {values.map((value) => (
        <code key={value} className={css.digest}>
          {value}
        </code>
      ))}
    </>
  );
}

import type { FailureFragment } from '../../generated/documents.js';
import { Badge, type Tone } from '../../kit/badge.js';
import { SmallTable } from '../../kit/small-table.js';
import { Digests } from './explained.js';

const TONES: Readonly<Record<FailureFragment['severity'], Tone>> = { WARNING: 'warn', ERROR: 'bad', FATAL: 'bad' };

/** How many rows are drawn; a result has up to 3,000. */
const SHOWN_MAX = 200;

/** All that was wrong, in the order in which it was found. */
export function FailureTable({ failures, total }: { readonly failures: readonly FailureFragment[]; total: number }) {
  const rows = failures.slice(0, SHOWN_MAX).map((failure, place) => ({ ...failure, place }));
  return (
    <>
      <SmallTable
        label="Failures"
        columns={[
          {
            title: 'Severity',
            cell: ({ severity }: FailureFragment) => <Badge state={severity} tone={TONES[severity]} />,
          },
          { title: 'What', cell: ({ code, message }) => <What code={code} message={message} /> },
          { title: 'Where', cell: (failure) => <bdi>{placeOf(failure)}</bdi> },
          { title: 'Expected', cell: ({ expected }) => <Digests values={expected} none="—" /> },
          { title: 'Got', cell: ({ got }) => <Digests values={got === null ? [] : [got]} none="—" /> },
          { title: 'Layer', cell: ({ layer }) => <bdi>{layer ?? '—'}</bdi> },
        ]}
        rows={rows}
        keyOf={(failure) => String((failure as (typeof rows)[number]).place)}
        empty="None was found."
      />
      {total > rows.length && (
        <p>
          The first {rows.length} of {total.toLocaleString('en')} are shown.
        </p>
      )}
    </>
  );
}

function What({ code, message }: Pick<FailureFragment, 'code' | 'message'>) {
  return (
    <>
      {message} <code>{code}</code>
    </>
  );
}

/** What the message does not say already. */
function placeOf({ pcr, entry, path, message }: FailureFragment): string {
  const file = path === null || message.includes(path) ? '' : path;
  const parts = [pcr === null ? '' : `PCR ${pcr}`, entry === null ? '' : `entry ${entry}`, file];
  return parts.filter((part) => part !== '').join(', ') || '—';
}

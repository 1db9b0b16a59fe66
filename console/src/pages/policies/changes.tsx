import { PlainTable } from '../../kit/plain-table.js';
import { ScopedLink } from '../../kit/scoped-link.js';
import type { Changed } from './sets.js';

/** A check, or that there is none. */
export const CheckText = ({ check }: { readonly check: string | null }) =>
  check === null ? <span>the default</span> : <code>{check}</code>;

/** What one set of overrides changes in another. */
export function ChangeTable({ changes, label }: { readonly changes: readonly Changed[]; readonly label: string }) {
  if (changes.length === 0) return <p>Nothing is different.</p>;
  return (
    <PlainTable
      label={label}
      heads={['Policy', 'Before', 'After']}
      rows={changes.map(({ name, before, after }) => ({
        key: name,
        cells: [
          <ScopedLink key="name" path={['policies', name]}>
            {name}
          </ScopedLink>,
          <CheckText key="before" check={before} />,
          <CheckText key="after" check={after} />,
        ],
      }))}
    />
  );
}

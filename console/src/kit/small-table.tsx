import type { ReactNode } from 'react';
import { HeadText } from './heads.js';
import { useNarrow } from './narrow.js';
import type { Column } from './rows.js';
import { ScopedLink } from './scoped-link.js';
import css from './small-table.module.css';

export interface SmallTableProps<Row> {
  readonly label: string;
  readonly columns: readonly Column<Row, never>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** What stands there when there are none. */
  readonly empty: ReactNode;
}

/** A table of few rows. */
export function SmallTable<Row>({ label, columns, rows, keyOf, empty }: SmallTableProps<Row>) {
  const isNarrow = useNarrow();
  const shown = columns.filter(({ isSecondary }) => !(isNarrow && isSecondary));
  if (rows.length === 0) return <p className={css.empty}>{empty}</p>;
  return (
    // It can be wider than a phone, and is reached with the keys to be scrolled.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without it, the keyboard alone cannot scroll it.
    <section className={css.scroll} aria-label={label} tabIndex={0}>
      <table className={css.table} aria-label={label}>
        <thead>
          <tr>
            {shown.map(({ title, isAction }) => (
              <th key={title} scope="col">
                <HeadText title={title} isAction={isAction} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {shown.map(({ title, cell, path, isAction }) => (
                <td key={title} className={isAction ? css.action : undefined} data-head={isAction ? '' : title}>
                  <div>{path ? <ScopedLink path={path(row)}>{cell(row)}</ScopedLink> : cell(row)}</div>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

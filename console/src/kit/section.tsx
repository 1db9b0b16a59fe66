import type { ReactNode } from 'react';
import css from './section.module.css';

interface SectionProps {
  readonly title: string;
  /** What can be done about this part. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** A part of a page, with its heading. */
export function Section({ title, actions, children }: SectionProps) {
  return (
    <section>
      <div className={css.head}>
        <h2>{title}</h2>
        {actions && <div className={css.actions}>{actions}</div>}
      </div>
      {children}
    </section>
  );
}

interface SmallTableProps<Row> {
  readonly label: string;
  readonly columns: readonly (readonly [title: string, cell: (row: Row) => ReactNode])[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  readonly empty: ReactNode;
}

/** A few rows that were read with their object. */
export function SmallTable<Row>({ label, columns, rows, keyOf, empty }: SmallTableProps<Row>) {
  if (rows.length === 0) return <p className={css.empty}>{empty}</p>;
  return (
    // It can be wider than a phone, and is reached with the keys to be scrolled.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without it, the keyboard alone cannot scroll it.
    <section className={css.scroll} aria-label={label} tabIndex={0}>
      <table className={css.table}>
        <thead>
          <tr>
            {columns.map(([title]) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map(([title, cell]) => (
                <td key={title}>{cell(row)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

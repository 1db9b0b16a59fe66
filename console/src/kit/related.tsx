import type { ReactNode } from 'react';
import type { AnyVariables } from 'urql';
import type { Document } from '../api/client.js';
import { useDocument } from '../api/queries.js';
import { FaultNote } from './faults.js';
import { Loading } from './loading.js';
import { useNarrow } from './narrow.js';
import css from './related.module.css';
import type { Column, ListData } from './rows.js';
import { ScopedLink } from './scoped-link.js';
import { useViewer } from './viewer.js';

interface SectionProps {
  readonly title: string;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** A part of a page about one object, with what can be done there. */
export function Section({ title, actions, children }: SectionProps) {
  return (
    <section className={css.section}>
      <div className={css.head}>
        <h2>{title}</h2>
        <div className={css.actions}>{actions}</div>
      </div>
      {children}
    </section>
  );
}

interface SmallTableProps<Row> {
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
    <table className={css.table} aria-label={label}>
      <thead>
        <tr>
          {shown.map(({ title }) => (
            <th key={title} scope="col">
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={keyOf(row)}>
            {shown.map(({ title, cell, path }) => (
              <td key={title}>{path ? <ScopedLink path={path(row)}>{cell(row)}</ScopedLink> : cell(row)}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

type RowOf<Data extends ListData<unknown>> = NonNullable<Data['list']>['nodes'][number];

interface RelatedProps<Data extends ListData<unknown>, Variables> extends Omit<SmallTableProps<RowOf<Data>>, 'rows'> {
  /** Its one field is aliased `list`. */
  readonly document: Document<Data, Variables>;
  readonly variables: Variables;
  /** The policy of the list: whom it allows nothing does not see the part. */
  readonly policy: string;
  readonly actions?: ReactNode;
  /** The way to the whole list, where there are more. */
  readonly all?: ReactNode;
}

/** What belongs to an object: the first of a list. */
export function Related<Data extends ListData<unknown>, Variables extends AnyVariables>(
  props: RelatedProps<Data, Variables>,
) {
  const { label, document, variables, policy, actions, all } = props;
  const { permissions } = useViewer();
  const isHidden = !permissions?.has(policy);
  const { data, fault, refresh } = useDocument(document, variables, { isPaused: isHidden });
  if (isHidden) return null;
  const list: ListData<RowOf<Data>>['list'] | undefined = data?.list;
  return (
    <Section title={label} actions={actions}>
      {fault && <FaultNote fault={fault} onRetry={refresh} />}
      {list ? <SmallTable {...props} rows={list.nodes} /> : !fault && <Loading what={label} lines={2} />}
      {list?.pageInfo.hasNextPage && <p className={css.empty}>There are more. {all}</p>}
    </Section>
  );
}

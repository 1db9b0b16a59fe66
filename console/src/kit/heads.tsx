import { ArrowDown, ArrowUp } from 'lucide-react';
import { useNarrow } from './narrow.js';
import type { Column } from './rows.js';
import type { Order } from './search.js';

interface HeadsProps<Row, Field extends string> {
  readonly columns: readonly Column<Row, Field>[];
  readonly order: Order<Field>;
  readonly onOrder: (order: Order<Field>) => void;
}

/** A head, which only screen readers need over buttons. */
export const HeadText = ({ title, isAction }: Pick<Column<never, never>, 'title' | 'isAction'>) =>
  isAction ? <span className="unseen">{title}</span> : title;

/** The heads of a list; those by which the server can order it are buttons. */
export function Heads<Row, Field extends string>({ columns, order, onOrder }: HeadsProps<Row, Field>) {
  const isNarrow = useNarrow();
  return (
    <thead>
      <tr>
        {columns.map(({ title, order: field, isAction, width }) => {
          const style = isNarrow || width === undefined ? undefined : { width };
          if (field === undefined)
            return (
              <th key={title} scope="col" style={style}>
                <HeadText title={title} isAction={isAction} />
              </th>
            );
          const sorted = order === field ? 'ascending' : order === `-${field}` ? 'descending' : 'none';
          return (
            <th key={title} scope="col" aria-sort={sorted} style={style}>
              <button type="button" onClick={() => onOrder(sorted === 'ascending' ? `-${field}` : field)}>
                {title}
                {sorted === 'ascending' && <ArrowUp size={13} aria-hidden="true" />}
                {sorted === 'descending' && <ArrowDown size={13} aria-hidden="true" />}
              </button>
            </th>
          );
        })}
      </tr>
    </thead>
  );
}

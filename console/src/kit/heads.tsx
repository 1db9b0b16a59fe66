import { ArrowDown, ArrowUp } from 'lucide-react';
import type { Column } from './rows.js';
import type { Order } from './search.js';

interface HeadsProps<Row, Field extends string> {
  readonly columns: readonly Column<Row, Field>[];
  readonly order: Order<Field>;
  readonly onOrder: (order: Order<Field>) => void;
}

/** The heads of a list; those by which the server can order it are buttons. */
export function Heads<Row, Field extends string>({ columns, order, onOrder }: HeadsProps<Row, Field>) {
  return (
    <thead>
      <tr>
        {columns.map(({ title, order: field }) => {
          if (field === undefined)
            return (
              <th key={title} scope="col">
                {title}
              </th>
            );
          const sorted = order === field ? 'ascending' : order === `-${field}` ? 'descending' : 'none';
          return (
            <th key={title} scope="col" aria-sort={sorted}>
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

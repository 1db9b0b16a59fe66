import { useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useEffect, useState } from 'react';
import type { AnyVariables } from 'urql';
import type { Document } from '../api/client.js';
import { type Live, useLive } from '../api/live.js';
import { useDocument } from '../api/queries.js';
import { FilterBar } from './filter-bar.js';
import css from './list-page.module.css';
import { type Column, type ListData, Rows } from './rows.js';
import {
  type Filters,
  type FilterValues,
  type ListSearch,
  type Order,
  orderOf,
  type SearchDefinition,
} from './search.js';
import { useTitle } from './title.js';
import { useViewer } from './viewer.js';

type OrderBy<Field extends string> = NonNullable<ReturnType<typeof orderOf<Field>>>;

/** A list, as its page describes it. */
export interface ListPageProps<Row, Data extends ListData<Row>, Variables, F extends Filters, Field extends string> {
  readonly title: string;
  /** What one is called, and several. */
  readonly noun: readonly [one: string, several: string];
  /** Its one field is aliased `list`; it takes `first`, `after` and `withCount` besides what `variables` gives. */
  readonly document: Document<Data, Variables>;
  readonly search: SearchDefinition<F, Field>;
  readonly variables: (search: ListSearch<F, Field>, orderBy: OrderBy<Field> | null) => Partial<Variables>;
  /** What the filters are called. */
  readonly labels: Readonly<Record<keyof F, string>>;
  readonly columns: readonly Column<Row, Field>[];
  /** The order of the list when the address names none. */
  readonly defaultOrder: Order<Field>;
  /** What to do where there are none at all. */
  readonly empty: ReactNode;
  /** The kinds of objects that it shows: when somebody changed one, the list is read again. */
  readonly live?: Live;
  readonly actions?: ReactNode;
  /** Controls for filters that are ids, in a function that is given what was chosen and how to change it. */
  readonly pickers?: (search: ListSearch<F, Field>, change: (values: Partial<FilterValues<F>>) => void) => ReactNode;
  /** False where the API does not count the list. */
  readonly isCounted?: boolean;
}

/** A list that the server filters and orders. All that was chosen stands in the address. */
export function ListPage<
  Row extends { readonly id: string | number },
  Data extends ListData<Row>,
  Variables extends AnyVariables,
  F extends Filters,
  Field extends string,
>(props: ListPageProps<Row, Data, Variables, F, Field>) {
  const {
    title,
    search: definition,
    labels,
    document,
    variables,
    live = [],
    actions,
    pickers,
    isCounted = true,
  } = props;
  const { scope } = useViewer();
  const search = definition.validate(useSearch({ strict: false }));
  const navigate = useNavigate();
  const change = (next: object) =>
    navigate({ to: '.', search: { ...search, ...next } as never, replace: true, resetScroll: false });
  const { after, ...chosen } = search;
  const given = { ...variables(search, orderOf(search.order)), withCount: false } as unknown as Variables;
  const [isRead, setRead] = useState(false);
  useTitle(title);
  useLive(scope, live);
  return (
    <>
      <div className={css.head}>
        <h1 tabIndex={-1}>{title}</h1>
        {isCounted && isRead && <Count document={document} variables={given} noun={props.noun} />}
        <div className={css.actions}>{actions}</div>
      </div>
      <FilterBar
        definition={definition}
        labels={labels}
        values={search}
        onChange={(values) => change({ ...values, after: undefined })}
      >
        {pickers?.(search, (values) => change({ ...values, after: undefined }))}
      </FilterBar>
      <Rows
        key={JSON.stringify(chosen)}
        {...props}
        variables={given}
        start={after}
        order={search.order ?? props.defaultOrder}
        isFiltered={Object.keys(chosen).some((name) => name !== 'order')}
        onClear={() => navigate({ to: '.', search: { order: search.order } as never, replace: true })}
        onOrder={(order) => change({ order: order === props.defaultOrder ? undefined : order, after: undefined })}
        onPlace={(place) => change({ after: place })}
        onRead={() => setRead(true)}
      />
    </>
  );
}

interface CountProps<Row, Data extends ListData<Row>, Variables> {
  readonly document: Document<Data, Variables>;
  readonly variables: Variables;
  readonly noun: readonly [one: string, several: string];
}

/** How many there are, asked for after the rows are there: counting takes longer. */
function Count<Row, Data extends ListData<Row>, Variables extends AnyVariables>({
  document,
  variables,
  noun: [one, several],
}: CountProps<Row, Data, Variables>) {
  const { data } = useDocument(document, { ...variables, first: 1, after: null, withCount: true });
  const [said, setSaid] = useState('');
  const count = data?.list?.totalCount;
  useEffect(() => {
    if (data)
      setSaid(
        count == null ? `more than 10,000 ${several}` : `${count.toLocaleString('en')} ${count === 1 ? one : several}`,
      );
  }, [data, count, one, several]);
  return <span className={css.count}>{said}</span>;
}

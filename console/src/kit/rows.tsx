import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { AnyVariables } from 'urql';
import type { Document } from '../api/client.js';
import { useDocument } from '../api/queries.js';
import { FaultNote } from './faults.js';
import { Heads } from './heads.js';
import { Loading } from './loading.js';
import { useNarrow } from './narrow.js';
import css from './rows.module.css';
import { ScopedLink } from './scoped-link.js';
import type { Order } from './search.js';

/** How many rows are asked for at a time. */
const PAGE_SIZE = 50;

/** A column of a list. */
export interface Column<Row, Field extends string> {
  readonly title: string;
  readonly cell: (row: Row) => ReactNode;
  /** Where the cell leads, as the parts of a path; the whole row leads there too. */
  readonly path?: (row: Row) => readonly string[];
  /** What the list is ordered by with this column's head. */
  readonly order?: Field;
  /** Left out on narrow screens. */
  readonly isSecondary?: boolean;
}

/** What the document of a list answers. */
export interface ListData<Row> {
  readonly list: {
    readonly nodes: readonly Row[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
    readonly totalCount?: number | null;
  } | null;
}

export interface RowsProps<Row, Data extends ListData<Row>, Variables, Field extends string> {
  readonly noun: readonly [one: string, several: string];
  readonly document: Document<Data, Variables>;
  readonly variables: Variables;
  readonly columns: readonly Column<Row, Field>[];
  readonly empty: ReactNode;
  /** The cursor to begin after. */
  readonly start: string | undefined;
  readonly order: Order<Field>;
  readonly isFiltered: boolean;
  readonly onOrder: (order: Order<Field>) => void;
  /** Which page of rows is at the top of the screen, by the cursor before it. */
  readonly onPlace: (after: string | undefined) => void;
  readonly onRead: () => void;
}

/**
 * The rows of a list, page by page as they come into view. Pages that are out of view leave their height only, so a long
 * list costs as much as a screen of it; and what changed is read again for the pages in view alone.
 */
export function Rows<
  Row extends { readonly id: string | number },
  Data extends ListData<Row>,
  Variables extends AnyVariables,
  Field extends string,
>(props: RowsProps<Row, Data, Variables, Field>) {
  const { noun, order, onOrder, onPlace, start } = props;
  const isNarrow = useNarrow();
  const columns = props.columns.filter(({ isSecondary }) => !(isNarrow && isSecondary));
  // The address follows the scrolling; the list begins where it began.
  const [first] = useState(start);
  const [cursors, setCursors] = useState<readonly (string | null)[]>([first ?? null]);
  const shown = useRef(new Set<number>());
  const place = (page: number, isShown: boolean) => {
    if (isShown) shown.current.add(page);
    else shown.current.delete(page);
    const top = Math.min(...shown.current);
    if (Number.isFinite(top) && (cursors[top] ?? undefined) !== start) onPlace(cursors[top] ?? undefined);
  };
  const ended = (page: number, end: string | null) =>
    setCursors((before) => {
      const known = before[page + 1] ?? null;
      if (known === end) return before;
      return end === null ? before.slice(0, page + 1) : [...before.slice(0, page + 1), end, ...before.slice(page + 2)];
    });
  return (
    <>
      {first !== undefined && (
        <p className={css.note}>
          This list begins in the middle.{' '}
          <button type="button" onClick={() => location.assign(withoutPlace())}>
            Show it from the start
          </button>
        </p>
      )}
      <table className={css.table} aria-label={noun[1]}>
        <Heads columns={columns} order={order} onOrder={onOrder} />
        {cursors.map((after, page) => (
          <Page
            // biome-ignore lint/suspicious/noArrayIndexKey: a page stays at its place.
            key={page}
            {...props}
            columns={columns}
            after={after}
            isFirst={page === 0}
            onShown={(is) => place(page, is)}
            onEnd={(end) => ended(page, end)}
          />
        ))}
      </table>
    </>
  );
}

function withoutPlace(): string {
  const address = new URL(location.href);
  address.searchParams.delete('after');
  return address.href;
}

type PageProps<Row, Data extends ListData<Row>, Variables, Field extends string> = RowsProps<
  Row,
  Data,
  Variables,
  Field
> & {
  readonly after: string | null;
  readonly isFirst: boolean;
  readonly onShown: (isShown: boolean) => void;
  readonly onEnd: (cursor: string | null) => void;
};

function Page<
  Row extends { readonly id: string | number },
  Data extends ListData<Row>,
  Variables extends AnyVariables,
  Field extends string,
>(props: PageProps<Row, Data, Variables, Field>) {
  const body = useRef<HTMLTableSectionElement>(null);
  const [isShown, setShown] = useState(props.isFirst);
  const height = useRef(0);
  const told = useRef(props.onShown);
  told.current = props.onShown;
  useEffect(() => {
    const element = body.current;
    if (!element) return;
    const look = (seen: readonly IntersectionObserverEntry[]) => {
      // A busy browser tells several at once: the last is how it is now.
      const entry = seen.at(-1);
      if (!entry) return;
      if (!entry.isIntersecting) height.current = entry.boundingClientRect.height;
      setShown(entry.isIntersecting);
      told.current(entry.isIntersecting);
    };
    const observer = new IntersectionObserver(look, { rootMargin: '400px 0px 1200px' });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return (
    <tbody ref={body}>
      {isShown ? (
        <PageRows {...props} />
      ) : (
        <tr>
          <td colSpan={props.columns.length} style={{ height: Math.max(height.current, 1), padding: 0 }} />
        </tr>
      )}
    </tbody>
  );
}

function PageRows<
  Row extends { readonly id: string | number },
  Data extends ListData<Row>,
  Variables extends AnyVariables,
  Field extends string,
>({
  document,
  variables,
  columns,
  noun,
  empty,
  after,
  isFirst,
  isFiltered,
  onEnd,
  onRead,
}: PageProps<Row, Data, Variables, Field>) {
  const asked = { ...variables, first: PAGE_SIZE, after };
  const { data, fault, refresh } = useDocument(document, asked);
  const list = data?.list;
  const end = list?.pageInfo.hasNextPage ? list.pageInfo.endCursor : null;
  const told = useRef({ onEnd, onRead });
  told.current = { onEnd, onRead };
  useEffect(() => {
    if (!list) return;
    told.current.onEnd(end);
    told.current.onRead();
  }, [list, end]);
  const whole = (children: ReactNode) => (
    <tr className={css.whole}>
      <td colSpan={columns.length}>{children}</td>
    </tr>
  );
  if (fault && !list) return whole(<FaultNote fault={fault} onRetry={refresh} />);
  if (!list) return whole(<Loading what={noun[1]} lines={8} />);
  if (list.nodes.length === 0 && isFirst)
    return whole(<div className={css.empty}>{isFiltered ? `No ${noun[1]} fit the filter.` : empty}</div>);
  return list.nodes.map((row) => <OneRow key={row.id} row={row} columns={columns} />);
}

function OneRow<Row, Field extends string>({
  row,
  columns,
}: {
  readonly row: Row;
  readonly columns: readonly Column<Row, Field>[];
}) {
  return (
    <tr className={css.row}>
      {columns.map(({ title, cell, path }) => (
        <td key={title}>
          {path ? (
            <ScopedLink path={path(row)} className={css.link}>
              <bdi>{cell(row)}</bdi>
            </ScopedLink>
          ) : (
            cell(row)
          )}
        </td>
      ))}
    </tr>
  );
}

import { SquareTerminal } from 'lucide-react';
import type { ReactNode } from 'react';
import { type Live, useLive } from '../api/live.js';
import type { Found } from '../api/queries.js';
import { Copy } from './copy.js';
import css from './detail-page.module.css';
import { FaultNote, FaultPage, NotFound } from './faults.js';
import { graphiqlAddress } from './graphiql.js';
import { Loading } from './loading.js';
import { ScopedLink } from './scoped-link.js';
import { useTitle } from './title.js';
import { useViewer } from './viewer.js';

interface DetailPageProps<Row> {
  /** The list that it is of. */
  readonly list: { readonly title: string; readonly path: readonly string[] };
  readonly found: Found<unknown>;
  /** The object, once it was read; null where it is missing or hidden. */
  readonly object: Row | null | undefined;
  readonly title: (object: Row) => string;
  /** The command that shows the same. */
  readonly command: (object: Row) => string;
  /** What was asked, for GraphiQL. */
  readonly asked: { readonly document: { toString(): string }; readonly variables: object };
  readonly state?: (object: Row) => ReactNode;
  readonly actions?: (object: Row) => ReactNode;
  /** As of a list. */
  readonly live?: Live;
  readonly children: (object: Row) => ReactNode;
}

/** One object. What is missing and what is hidden look the same. */
export function DetailPage<Row extends { readonly id: string }>(props: DetailPageProps<Row>) {
  const { found, object, live = [] } = props;
  const { scope } = useViewer();
  useLive(scope, live);
  if (object) return <Detail {...props} object={object} />;
  const { fault, data, refresh } = found;
  if (fault && fault.code !== 'NOT_FOUND') return <FaultPage fault={fault} onRetry={refresh} />;
  return fault || data ? <NotFound /> : <Loading what="it" lines={6} />;
}

function Detail<Row extends { readonly id: string }>(props: DetailPageProps<Row> & { readonly object: Row }) {
  const { list, found, object, title, state, actions, children } = props;
  useTitle(title(object));
  return (
    <>
      <p className={css.trail}>
        <ScopedLink path={list.path}>{list.title}</ScopedLink>
      </p>
      <div className={css.head}>
        <h1 tabIndex={-1}>
          <bdi>{title(object)}</bdi>
        </h1>
        {state?.(object)}
        <div className={css.actions}>{actions?.(object)}</div>
      </div>
      {found.fault && <FaultNote fault={found.fault} onRetry={found.refresh} />}
      {children(object)}
      <Elsewhere {...props} />
    </>
  );
}

/** The same object by other ways. */
function Elsewhere<Row extends { readonly id: string }>({
  object,
  command,
  asked,
}: DetailPageProps<Row> & { readonly object: Row }) {
  return (
    <div className={css.elsewhere}>
      <span>
        Id <Copy text={object.id} what="the id" />
      </span>
      <span>
        <SquareTerminal size={14} aria-hidden="true" /> <Copy text={command(object)} what="the command" />
      </span>
      <a href={graphiqlAddress(asked)} target="_blank" rel="noreferrer">
        Open in GraphiQL
      </a>
    </div>
  );
}

/** What is known of an object, by name. */
export function FactList({ facts }: { readonly facts: readonly (readonly [name: string, value: ReactNode])[] }) {
  return (
    <dl className={css.facts}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value ?? '—'}</dd>
        </div>
      ))}
    </dl>
  );
}

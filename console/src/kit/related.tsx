import type { ReactNode } from 'react';
import type { AnyVariables } from 'urql';
import type { Document } from '../api/client.js';
import { useDocument } from '../api/queries.js';
import { FaultNote } from './faults.js';
import { Loading } from './loading.js';
import css from './related.module.css';
import type { ListData } from './rows.js';
import { Section } from './section.js';
import { SmallTable, type SmallTableProps } from './small-table.js';
import { useViewer } from './viewer.js';

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

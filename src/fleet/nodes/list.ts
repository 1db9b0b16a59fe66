import { type Context, requireOperation } from '../../authority/index.js';
import { type AnyOf, anyOf, type Values } from '../../db/among.js';
import { createdFrom } from '../../db/by-id.js';
import { type NamedArgs, type NameFilter, orderedPage, startsWith } from '../../db/by-name.js';
import { countUpTo } from '../../db/counted.js';
import { inOrder, isOnPage, isWanted } from '../../db/in-order.js';
import { rowsOf } from '../../db/rows.js';
import type { AgentState, NodeReadiness } from '../../generated/graphql.js';
import { agents, trustRanOut } from '../../identity/agents/index.js';
import { badInput } from '../../platform/errors.js';
import { type Connection, connection } from '../../platform/pagination.js';
import { type Clause, clause, every } from '../../platform/sql/clause.js';
import { isStorable } from '../../platform/text.js';
import { type Label, nodeLabels } from '../labels/tables.js';
import { canonicalAddress } from './address.js';
import { nodeGet } from './policies.js';
import { anyReadiness } from './readiness.js';
import { nodeColumns, nodeFrom } from './rows.js';
import { type NodeRow, nodes } from './tables.js';
import { foldedName } from './valid.js';

export interface NodeFilter extends NameFilter {
  readonly availabilities?: Values<NodeRow['availability']>;
  readonly addresses?: Values;
  readonly isReady?: boolean | null | undefined;
  readonly readiness?: readonly NodeReadiness[] | null | undefined;
  readonly createdSince?: Date | null | undefined;
  readonly labels?: readonly Label[] | null | undefined;
  readonly trustStates?: readonly AgentState[] | null | undefined;
}

/** Each is a condition of the statement. */
const LABELS_MAX = 10;

/**
 * A page of the nodes that the caller may read.
 * @throws Refusal BAD_USER_INPUT for an order that no index has with a filter.
 */
export async function listNodes(context: Context, args: NamedArgs<NodeFilter>): Promise<Connection<NodeRow>> {
  requireOperation(context, nodeGet.name);
  const { filter, source, asked } = nodesWanted(context, args.filter ?? {});
  const part = orderedPage({ id: source.id, name: nodes.name }, { ...args, filter });
  const byCreation = source.filter ?? (filter.createdSince == null ? null : 'createdSince');
  if (byCreation !== null && part.columns.length > 1)
    throw badInput(`With ${byCreation}, order by CREATED_AT.`, { argument: 'orderBy' });
  // Said of both ids, so that no plan reads one of two joined tables from its beginning.
  const ofNodes = source.filter === null ? undefined : orderedPage(nodes, { ...args, filter });
  const wanted = { ...asked, also: [...asked.also, ofNodes?.isBehind] };
  const where = isOnPage(source.from, wanted, part);
  const rows = await rowsOf<Record<string, unknown>>(
    context.db,
    clause`select ${nodeColumns} from ${source.from} where ${where}
      order by ${inOrder(part.columns, part.direction)} limit ${part.limit}`,
  );
  return connection(rows.map(nodeFrom), part.page, part.keysOf, () =>
    countUpTo(context.db, source.from, isWanted(asked)),
  );
}

/** The nodes that a filter asks for, of those that the caller may read, and where they are read from. */
export function nodesWanted({ policies, actor, clock }: Context, given: NodeFilter) {
  const filter = folded(given);
  const visible = policies.visible([nodeGet], actor, nodes);
  return { filter, source: sourceOf(filter), asked: { visible, ...filterBy(filter, clock.now()) } };
}

/** Names and addresses as they are stored. */
const folded = (filter: NodeFilter): NodeFilter => ({
  ...filter,
  names: filter.names?.map(foldedName),
  nameStartsWith: filter.nameStartsWith && foldedName(filter.nameStartsWith),
  addresses: filter.addresses?.map((address) => canonicalAddress(address) ?? address),
});

/** Where nodes are read from: trust and labels are columns of other tables, which have an order by nodes' ids alone. */
function sourceOf({ trustStates, labels }: NodeFilter) {
  if (trustStates != null) {
    const from = clause`${nodes} inner join ${agents} on ${agents.nodeId} = ${nodes.id}`;
    return { from, id: agents.nodeId, filter: 'trustStates' };
  }
  const [label] = labels ?? [];
  if (label !== undefined) {
    const from = clause`${nodes} inner join ${nodeLabels} on ${nodeLabels.nodeId} = ${nodes.id}`;
    return { from, id: nodeLabels.nodeId, filter: 'labels' };
  }
  return { from: clause`${nodes}`, id: nodes.id, filter: null };
}

function filterBy(filter: NodeFilter, now: Date) {
  const { trustStates, isReady } = filter;
  // Trust that ran out a moment ago is still stored as TRUSTED, and is what a filter on STALE means.
  const isExact = trustStates?.includes('TRUSTED') && !trustStates.includes('STALE');
  return {
    filters: [
      anyOf(nodes.name, filter.names),
      anyOf(nodes.address, filter.addresses),
      anyOf(agents.trustState, trustStates),
      isReady == null ? undefined : { where: clause`${nodes.isReady} = ${isReady}` },
      anyReadiness(filter.readiness),
      anyOf(nodes.availability, filter.availabilities),
    ] satisfies (AnyOf | undefined)[],
    also: [
      startsWith(nodes.name, filter.nameStartsWith),
      isExact ? clause`not (${trustRanOut(now)})` : undefined,
      labelled(filter),
      createdFrom(sourceOf(filter).id, 'Node', filter.createdSince),
    ],
  };
}

/** Nodes with all of some labels. The first one is joined, unless trust is. */
function labelled({ labels, trustStates }: NodeFilter): Clause | undefined {
  if ((labels?.length ?? 0) > LABELS_MAX) throw badInput(`A filter has at most ${LABELS_MAX} labels.`);
  if (labels?.some(({ key }) => key.startsWith('reported.')))
    throw badInput('Nodes cannot be asked for by what they report of themselves.', { argument: 'filter' });
  // Text that Postgres cannot store is in no label.
  if (labels?.some(({ key, value }) => !(isStorable(key) && isStorable(value)))) return clause`false`;
  return every(
    (labels ?? []).map(({ key, value }, index) => {
      if (index === 0 && trustStates == null)
        return clause`${nodeLabels.key} = ${key} and ${nodeLabels.value} = ${value}`;
      const other = clause`other.key = ${key} and other.value = ${value} and other.node_id = ${nodes.id}`;
      return clause`exists (select from ${nodeLabels} other where ${other})`;
    }),
  );
}

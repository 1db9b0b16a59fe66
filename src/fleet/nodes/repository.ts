import { and, inArray } from 'drizzle-orm';
import { anyOf, type Values } from '../../db/among.js';
import { connectionByName, type NamedArgs, type NameFilter, startsWith } from '../../db/by-name.js';
import { holdOwner } from '../../db/hold-owner.js';
import type { Db, Tx } from '../../db/open.js';
import { rowsOf } from '../../db/rows.js';
import type { Id } from '../../platform/ids.js';
import type { Connection } from '../../platform/pagination.js';
import type { Visible } from '../../platform/policy/index.js';
import { clause } from '../../platform/sql/clause.js';
import { type NodeRow, nodes } from './tables.js';

type VisibleNodes = Visible<typeof nodes>;

export interface NodeFilter extends NameFilter {
  readonly availabilities?: Values<NodeRow['availability']>;
  readonly addresses?: Values;
}

export function list(db: Db, visible: VisibleNodes, args: NamedArgs<NodeFilter>): Promise<Connection<NodeRow>> {
  const filter = args.filter ?? {};
  const filters = [
    anyOf(nodes.name, filter.names),
    anyOf(nodes.address, filter.addresses),
    anyOf(nodes.availability, filter.availabilities),
  ];
  const also = [startsWith(nodes.name, filter.nameStartsWith)];
  return connectionByName(db, nodes, { visible, filters, also }, args);
}

export function listByIds(db: Db, visible: VisibleNodes, ids: readonly Id<'Node'>[]): Promise<NodeRow[]> {
  return db
    .select()
    .from(nodes)
    .where(and(visible.where, inArray(nodes.id, [...ids])));
}

/** Whether there are so many nodes already. Holds their number until the transaction ends. */
export async function areAsMany(tx: Tx, max: number): Promise<boolean> {
  await holdOwner(tx, nodes.id, null);
  return (await rowsOf(tx, clause`select 1 from ${nodes} offset ${max - 1} limit 1`)).length > 0;
}

export async function insert(tx: Tx, row: NodeRow): Promise<void> {
  await tx.insert(nodes).values(row);
}

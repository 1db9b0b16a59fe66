import { byId, type Context, defineLoader } from '../../authority/index.js';
import type { NamedArgs } from '../../db/by-name.js';
import type { Id } from '../../platform/ids.js';
import type { Connection } from '../../platform/pagination.js';
import { canonicalAddress } from './address.js';
import { type NodeRef, requireNode } from './lookup.js';
import { nodeGet } from './policies.js';
import * as repository from './repository.js';
import { type NodeRow, nodes } from './tables.js';
import { foldedName } from './valid.js';

const visibleTo = ({ policies, actor }: Context) => policies.visible([nodeGet], actor, nodes);

export const getNode = (context: Context, ref: NodeRef): Promise<NodeRow> => requireNode(context, context.db, ref);

export async function listNodes(
  context: Context,
  { filter, ...args }: NamedArgs<repository.NodeFilter>,
): Promise<Connection<NodeRow>> {
  const canonical = filter && {
    ...filter,
    names: filter.names?.map(foldedName),
    nameStartsWith: filter.nameStartsWith && foldedName(filter.nameStartsWith),
    addresses: filter.addresses?.map((address) => canonicalAddress(address) ?? address),
  };
  return repository.list(context.db, visibleTo(context), { ...args, filter: canonical });
}

/** By id; null where the caller may not read it. */
export const loadNode = defineLoader(async (context, ids: readonly Id<'Node'>[]) =>
  byId(await repository.listByIds(context.db, visibleTo(context), ids)),
);

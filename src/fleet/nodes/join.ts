import { eq, inArray, or } from 'drizzle-orm';
import { type Act, requireVisible } from '../../authority/index.js';
import { firstVersion, updateById } from '../../db/by-id.js';
import type { Tx } from '../../db/open.js';
import { unlessTaken } from '../../db/taken.js';
import { agentsOfNodes } from '../../identity/agents/index.js';
import { alreadyExists, invalid, notFound } from '../../platform/errors.js';
import { type Id, newId } from '../../platform/ids.js';
import { auditNode, insertNode, NEW_NODE } from './create.js';
import { isNode, type NodeRef } from './lookup.js';
import { nodeGet } from './policies.js';
import { type NodeRow, nodes, nodesTaken } from './tables.js';

/** What a join token says of a node. */
export interface JoinedNode {
  readonly name: string;
  readonly address: string | null;
  readonly availability: NodeRow['availability'];
}

/** Makes the node of a machine that joined. @throws UserErrors ALREADY_EXISTS, LIMIT_REACHED. */
export async function newJoinedNode(act: Act, joined: JoinedNode, details: object): Promise<NodeRow> {
  const row: NodeRow = {
    ...NEW_NODE,
    ...joined,
    id: newId('Node'),
    description: null,
    origin: 'JOINED',
    ...firstVersion(act.now),
  };
  await insertNode(act, row);
  await auditNode(act, 'node.joined', row, { ...details, address: row.address, availability: row.availability });
  return row;
}

/**
 * Gives a waiting node its machine.
 * @throws UserErrors INVALID for a node that has one, ALREADY_EXISTS for an address of another.
 */
export async function bringMachine(
  act: Act,
  id: Id<'Node'>,
  { address, availability }: { readonly address: string | null; readonly availability: NodeRow['availability'] | null },
  details: object,
): Promise<NodeRow> {
  const row = await lockWaiting(act, { id });
  if (row === undefined) throw notFound('node');
  const changes = { origin: 'JOINED' as const, ...(address && { address }), ...(availability && { availability }) };
  await unlessTaken(nodesTaken, changes, () => updateById(act, nodes, id, changes));
  const changed = { ...row, ...changes };
  await auditNode(act, 'node.joined', changed, {
    ...details,
    address: changed.address,
    availability: changed.availability,
  });
  return changed;
}

/** @throws Refusal NOT_FOUND; UserErrors INVALID for a node that has a machine. */
export async function requireWaiting(act: Act, ref: NodeRef): Promise<NodeRow> {
  return requireVisible(act, nodeGet, await lockWaiting(act, ref), 'node');
}

async function lockWaiting({ tx }: Act, ref: NodeRef): Promise<NodeRow | undefined> {
  const [row] = await tx.select().from(nodes).where(isNode(ref)).for('no key update');
  if (row !== undefined && (await agentsOfNodes(tx, [row.id])).has(row.id))
    throw invalid('This node has a machine already.', 'node');
  return row;
}

/** @throws UserErrors ALREADY_EXISTS for a name or an address that a node has. */
export async function requireFreeNode(
  { tx }: Act,
  { name, address }: { readonly name: string | null; readonly address: string | null },
): Promise<void> {
  const conditions = [
    name === null ? undefined : eq(nodes.name, name),
    address === null ? undefined : eq(nodes.address, address),
  ];
  if (name === null && address === null) return;
  const [taken] = await tx
    .select({ name: nodes.name })
    .from(nodes)
    .where(or(...conditions))
    .limit(1);
  if (taken?.name === name && taken !== undefined)
    throw alreadyExists(`A node named ${name} exists already.`, 'nodeName');
  if (taken !== undefined) throw alreadyExists(`A node with the address ${address} exists already.`, 'address');
}

/** The first of some names that no node has; the last one when all are taken. */
export async function firstFreeName(tx: Tx, names: readonly string[]): Promise<string> {
  const taken = await tx
    .select({ name: nodes.name })
    .from(nodes)
    .where(inArray(nodes.name, [...names]));
  const known = new Set(taken.map(({ name }) => name));
  return names.find((name) => !known.has(name)) ?? names.at(-1) ?? '';
}

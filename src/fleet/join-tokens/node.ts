import { eq, inArray, or } from 'drizzle-orm';
import { type Act, requireVisible } from '../../authority/index.js';
import { updateById } from '../../db/by-id.js';
import type { Tx } from '../../db/open.js';
import { unlessTaken } from '../../db/taken.js';
import { agentsOfNodes } from '../../identity/agents/index.js';
import { alreadyExists, invalid, notFound } from '../../platform/errors.js';
import type { Id } from '../../platform/ids.js';
import { type Label, replaceLabels } from '../labels/index.js';
import { insertNode } from '../lifecycle/index.js';
import { auditNode, isNode, type NodeRef, type NodeRow, nodeGet, replaceTenants } from '../nodes/index.js';
import { nodes, nodesTaken } from '../nodes/tables.js';

/** What a join token says of the node that a machine becomes. Null where it says nothing. */
export interface JoinedNode {
  readonly address: string | null;
  readonly availability: NodeRow['availability'] | null;
  readonly labels: readonly Label[];
  readonly tenants: Id<'Project'>[] | null;
}

/** Makes the node of a machine that joined. @throws UserErrors ALREADY_EXISTS, LIMIT_REACHED. */
export async function newJoinedNode(act: Act, name: string, said: JoinedNode, details: object): Promise<NodeRow> {
  const availability = said.availability ?? 'PAUSE';
  const row = await insertNode(act, { ...said, name, availability, description: null, origin: 'JOINED' });
  await auditJoined(act, row, said, details);
  return row;
}

/**
 * Gives a waiting node its machine.
 * @throws UserErrors INVALID for a node that has one, ALREADY_EXISTS for an address of another.
 */
export async function bringMachine(act: Act, id: Id<'Node'>, said: JoinedNode, details: object): Promise<NodeRow> {
  const { address, availability, labels, tenants } = said;
  const row = await lockWaiting(act, { id });
  if (row === undefined) throw notFound('node');
  const changes = {
    origin: 'JOINED' as const,
    ...(address && { address }),
    ...(availability && { availability }),
    ...(tenants && { hasTenants: true }),
  };
  await unlessTaken(nodesTaken, changes, () => updateById(act, nodes, id, changes));
  await replaceLabels(act.tx, id, labels);
  if (tenants !== null) await replaceTenants(act.tx, id, tenants);
  const changed = { ...row, ...changes };
  await auditJoined(act, changed, said, details);
  return changed;
}

const auditJoined = (act: Act, row: NodeRow, { labels, tenants }: JoinedNode, details: object): Promise<void> =>
  auditNode(act, 'node.joined', row, {
    ...details,
    address: row.address,
    availability: row.availability,
    labels: Object.fromEntries(labels.map(({ key, value }) => [key, value])),
    tenants,
  });

/** @throws Refusal NOT_FOUND; UserErrors INVALID for a node that has a machine. */
export async function requireWaiting(act: Act, ref: NodeRef): Promise<NodeRow> {
  return requireVisible(act, nodeGet, await lockWaiting(act, ref), 'node');
}

async function lockWaiting({ tx }: Act, ref: NodeRef): Promise<NodeRow | undefined> {
  const [row] = await tx.select().from(nodes).where(isNode(ref).getSQL()).for('no key update');
  if (row !== undefined && (await agentsOfNodes(tx, [row.id])).has(row.id))
    throw invalid('This node has a machine already.', 'node');
  return row;
}

/** @throws UserErrors ALREADY_EXISTS for a name or an address that a node has. */
export async function requireFreeNode(
  { tx }: Act,
  { name, address }: { readonly name: string | null; readonly address: string | null },
): Promise<void> {
  if (name === null && address === null) return;
  const isNamed = name === null ? undefined : eq(nodes.name, name);
  const isThere = address === null ? undefined : eq(nodes.address, address);
  const [taken] = await tx.select({ name: nodes.name }).from(nodes).where(or(isNamed, isThere)).limit(1);
  if (taken === undefined) return;
  if (taken.name === name) throw alreadyExists(`A node named ${name} exists.`, 'nodeName');
  throw alreadyExists(`A node with the address ${address} exists.`, 'address');
}

/** The first of some names that no node has; the last one when all are taken. */
export async function firstFreeName(tx: Tx, names: readonly string[]): Promise<string> {
  const isOne = inArray(nodes.name, [...names]);
  const taken = await tx.select({ name: nodes.name }).from(nodes).where(isOne);
  const known = new Set(taken.map(({ name }) => name));
  return names.find((name) => !known.has(name)) ?? names.at(-1) ?? '';
}

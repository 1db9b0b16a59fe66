import { asc, eq, inArray } from 'drizzle-orm';
import { type Act, type Context, defineLoader, requireVisible } from '../../authority/index.js';
import { insertRows } from '../../db/insert-rows.js';
import type { Tx } from '../../db/open.js';
import { homeOf } from '../../identity/names/index.js';
import { findProject, type ProjectRef, projectGet } from '../../identity/projects/index.js';
import { limitReached } from '../../platform/errors.js';
import type { Id } from '../../platform/ids.js';
import { requireShort } from '../../platform/short-list.js';
import { changeNode, type NodeAtEtag } from './change.js';
import { nodeSetTenants } from './policies.js';
import { type NodeRow, nodeTenants } from './tables.js';

const TENANTS_MAX = 100;

/** Projects whose workloads a node takes; null for any. */
export type TenantRefs = readonly ProjectRef[] | null | undefined;

/** @throws UserErrors INVALID, STALE_ETAG, LIMIT_REACHED; Refusal NOT_FOUND for a project. */
export async function setNodeTenants(
  context: Context,
  input: NodeAtEtag & { readonly tenants?: TenantRefs },
): Promise<NodeRow> {
  requireFewTenants(input.tenants, 'tenants');
  return changeNode(context, nodeSetTenants, input, async (act, row) => {
    const tenants = await findTenants(act, input.tenants);
    const before = row.hasTenants ? await tenantsOf(act.tx, row.id) : null;
    if (JSON.stringify(before) === JSON.stringify(tenants)) return null;
    await act.tx.delete(nodeTenants).where(eq(nodeTenants.nodeId, row.id));
    await insertTenants(act.tx, row.id, tenants);
    const details = { from: before, to: tenants };
    return { action: 'node.tenants_set', changes: { hasTenants: tenants !== null }, details };
  });
}

/** @throws UserErrors INVALID, LIMIT_REACHED. */
export function requireFewTenants(tenants: TenantRefs, ...path: string[]): void {
  requireShort(tenants, ...path);
  if ((tenants?.length ?? 0) > TENANTS_MAX)
    throw limitReached(`A node has at most ${TENANTS_MAX} tenants; without any list it takes all.`, ...path);
}

/** The ids of the projects, each once and in their order; null for any. @throws Refusal NOT_FOUND. */
export async function findTenants(act: Act, tenants: TenantRefs): Promise<Id<'Project'>[] | null> {
  if (tenants == null) return null;
  const ids = new Set<Id<'Project'>>();
  for (const ref of tenants)
    ids.add(requireVisible(act, projectGet, await findProject(act.tx, ref, homeOf(act)), 'project').id);
  return [...ids].sort();
}

export async function insertTenants(tx: Tx, nodeId: Id<'Node'>, tenants: Id<'Project'>[] | null): Promise<void> {
  await insertRows(
    tx,
    nodeTenants,
    (tenants ?? []).map((projectId) => ({ nodeId, projectId })),
  );
}

/** Sets the tenants of a node; projects that are gone are left out. */
export async function replaceTenants(tx: Tx, nodeId: Id<'Node'>, tenants: Id<'Project'>[]): Promise<void> {
  await tx.delete(nodeTenants).where(eq(nodeTenants.nodeId, nodeId));
  await insertTenants(tx, nodeId, tenants);
}

async function tenantsOf(tx: Tx, nodeId: Id<'Node'>): Promise<Id<'Project'>[]> {
  const rows = await tx.select().from(nodeTenants).where(eq(nodeTenants.nodeId, nodeId));
  return rows.map(({ projectId }) => projectId).sort();
}

/** The tenants of nodes that have a list of them. */
export const loadTenants = defineLoader(async ({ db }, ids: readonly Id<'Node'>[]) => {
  const rows = await db
    .select()
    .from(nodeTenants)
    .where(inArray(nodeTenants.nodeId, [...ids]))
    .orderBy(asc(nodeTenants.nodeId), asc(nodeTenants.projectId));
  const found = new Map<Id<'Node'>, Id<'Project'>[]>(ids.map((id) => [id, []]));
  for (const { nodeId, projectId } of rows) found.get(nodeId)?.push(projectId);
  return found;
});

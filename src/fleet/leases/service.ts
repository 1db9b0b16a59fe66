import { type Context, type Grounds, observe, requireVisible } from '../../authority/index.js';
import { homeOf } from '../../identity/names/index.js';
import { findUser, type UserRef, userGet } from '../../identity/users/index.js';
import { changeNode, type NodeAtEtag, type NodeRef, type NodeRow } from '../nodes/index.js';
import { leaseEnd } from './lease.js';
import { nodeRenewLease, nodeSetLeaseHolder } from './policies.js';
import { holdAgent, nodeMeant, requireReported, whileItHolds } from './report.js';
import * as repository from './repository.js';

/**
 * Renews the lease of a node.
 * @throws UserErrors INVALID for no node; Refusal NOT_FOUND, and FORBIDDEN for a node whose lease another holds.
 */
export async function renewNodeLease(
  context: Context,
  input: { readonly node?: NodeRef | null | undefined },
): Promise<{ leasedUntil: Date; renewAfterSeconds: number }> {
  const policy = nodeRenewLease.name;
  const report = { policy: nodeRenewLease, ref: nodeMeant(context, input.node) };
  const { leaseIntervalMs } = context.settings;
  const renewAfterSeconds = Math.floor(leaseIntervalMs / 1000);
  const until = (now: Date) => ({ leasedUntil: leaseEnd(now, leaseIntervalMs), renewAfterSeconds });
  const atOnce = async (grounds: Grounds) => {
    const isWritten = await repository.renewAtOnce(context.db, whileItHolds(context, report, grounds), grounds.now);
    return isWritten ? until(grounds.now) : undefined;
  };
  // A user has no row of its own that others lock: what it renews is locked by the update.
  const options = { policy, atOnce, lock: holdAgent, lockForUser: async () => ({}) };
  return observe(context, options, async (act) => {
    const { id } = await requireReported(act, report);
    await repository.renew(act.tx, id, act.now);
    return until(act.now);
  });
}

/** @throws UserErrors STALE_ETAG; Refusal NOT_FOUND for the user. */
export async function setNodeLeaseHolder(
  context: Context,
  input: NodeAtEtag & { readonly user?: UserRef | null | undefined },
): Promise<NodeRow> {
  return changeNode(context, nodeSetLeaseHolder, input, async (act, row) => {
    const { user } = input;
    const holder =
      user == null ? null : requireVisible(act, userGet, await findUser(act.tx, user, homeOf(act)), 'user');
    const leaseHolderId = holder?.id ?? null;
    if (row.leaseHolderId === leaseHolderId) return null;
    // Evidence counts for an agent that holds the lease, so the node may be Ready by it, or no longer.
    await repository.lookAgain(act.tx, row.id, act.now);
    const details = { from: row.leaseHolderId, to: leaseHolderId };
    return { action: 'node.lease_holder_set', changes: { leaseHolderId }, details };
  });
}

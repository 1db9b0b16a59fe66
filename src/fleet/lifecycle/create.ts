import { adoptAgent } from '../../attestation/lifecycle/index.js';
import { lockAgent } from '../../attestation/records/index.js';
import { type Act, type Context, mutate, once } from '../../authority/index.js';
import { firstVersion } from '../../db/by-id.js';
import { unlessTaken } from '../../db/taken.js';
import type { AgentRef } from '../../identity/agents/index.js';
import { limitReached } from '../../platform/errors.js';
import { type Id, newId } from '../../platform/ids.js';
import { validText } from '../../platform/text.js';
import { insertFacts } from '../facts/index.js';
import { insertLabels, type Label, validLabels } from '../labels/index.js';
import { insertLease } from '../leases/index.js';
import {
  auditNode,
  findTenants,
  insertTenants,
  type NodeRow,
  requireFewTenants,
  requireNode,
  type TenantRefs,
  validAddress,
  validNodeName,
} from '../nodes/index.js';
import { nodesTaken } from '../nodes/tables.js';
import { nodeCreate } from './policies.js';
import * as repository from './repository.js';

export interface CreateNode {
  readonly name: string;
  readonly description?: string | null | undefined;
  readonly address?: string | null | undefined;
  readonly availability?: NodeRow['availability'] | null | undefined;
  readonly labels?: readonly Label[] | null | undefined;
  readonly tenants?: TenantRefs;
  /** Whose machine it is; absent for a node that waits for one. */
  readonly agent?: AgentRef | null | undefined;
  readonly requestId?: string | null | undefined;
}

/**
 * Creates a node that waits for its machine, or adopts the agent of one.
 * @throws UserErrors INVALID, ALREADY_EXISTS, LIMIT_REACHED, REQUEST_ID_REUSED; Refusal NOT_FOUND for a tenant or the agent.
 */
export async function createNode(context: Context, input: CreateNode): Promise<NodeRow> {
  const name = validNodeName(input.name, 'name');
  const description = validText(input.description, 'description');
  const address = validAddress(input.address, 'address');
  const labels = validLabels(input.labels, 'admin', 'labels');
  requireFewTenants(input.tenants, 'tenants');
  const availability = input.availability ?? 'PAUSE';
  return mutate(context, { policy: nodeCreate.name }, async (act) => {
    const { id } = await once(act, 'Node', input, async () => {
      const tenants = await findTenants(act, input.tenants);
      const agentId = input.agent == null ? null : (await lockAgent(act, input.agent)).agent.id;
      const origin = agentId === null ? null : 'ADOPTED';
      const row = await insertNode(act, { name, description, address, availability, origin, labels, tenants });
      if (agentId !== null) await adoptAgent(act, agentId, row.id);
      await auditNode(act, 'node.created', row, { address, availability, tenants, agentId });
      return row.id;
    });
    return requireNode(act, act.tx, { id });
  });
}

/** What is said of a new node. The texts are valid ones. */
export interface NewNode extends Pick<NodeRow, 'name' | 'description' | 'address' | 'availability' | 'origin'> {
  readonly labels: readonly Label[];
  /** Null for any project. */
  readonly tenants: Id<'Project'>[] | null;
}

/**
 * Writes the rows of a node; whoever calls it writes the audit entry.
 * @throws UserErrors ALREADY_EXISTS for a name or address of another node, LIMIT_REACHED.
 */
export async function insertNode(act: Act, { labels, tenants, ...said }: NewNode): Promise<NodeRow> {
  const { nodesMax } = act.context.settings;
  if (await repository.areAsMany(act.tx, nodesMax)) throw limitReached(`There are at most ${nodesMax} nodes.`);
  const row = { ...UNSEEN, ...said, id: newId('Node'), hasTenants: tenants !== null, ...firstVersion(act.now) };
  await unlessTaken(nodesTaken, row, () => repository.insert(act.tx, row));
  await insertLabels(act.tx, row.id, labels);
  await insertTenants(act.tx, row.id, tenants);
  // They are only updated from here on, which moves nothing else.
  await insertLease(act.tx, row.id);
  await insertFacts(act.tx, row.id);
  return row;
}

const UNSEEN = { leaseHolderId: null, isReady: false, readyChangedAt: null } as const;

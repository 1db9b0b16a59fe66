import { findOwnerType, resolveAllowlist } from '../../attestation/allowlists/index.js';
import { defaultAllowlistOf } from '../../attestation/project-defaults/index.js';
import {
  type Act,
  byId,
  type Context,
  defineLoader,
  mutate,
  once,
  requireAllowed,
  requireVisible,
} from '../../authority/index.js';
import { homeOf } from '../../identity/names/index.js';
import { findProject, type ProjectRef, projectGet } from '../../identity/projects/index.js';
import { invalid, limitReached } from '../../platform/errors.js';
import { type Id, newId } from '../../platform/ids.js';
import type { Connection, PageArgs } from '../../platform/pagination.js';
import { bearerHash, newBearer } from '../../platform/secrets.js';
import { validText } from '../../platform/text.js';
import { type Label, validLabels } from '../labels/index.js';
import {
  findTenants,
  type NodeRef,
  type NodeRow,
  requireFewTenants,
  type TenantRefs,
  validAddress,
} from '../nodes/index.js';
import { requireFreeNode, requireWaiting } from './node.js';
import { joinTokenCreate, joinTokenGet, joinTokenRevoke } from './policies.js';
import * as repository from './repository.js';
import { type JoinTokenRow, joinTokens } from './tables.js';
import { isPattern, validExpiry, validNodeNames, validUses } from './valid.js';

/** Of those that did not expire. */
const TOKENS_MAX = 10_000;

export interface CreateJoinToken {
  readonly description?: string | null | undefined;
  readonly project: ProjectRef;
  readonly nodeName?: string | null | undefined;
  readonly node?: NodeRef | null | undefined;
  readonly address?: string | null | undefined;
  readonly labels?: readonly Label[] | null | undefined;
  readonly tenants?: TenantRefs;
  readonly allowlist?: Parameters<typeof resolveAllowlist>[1] | null | undefined;
  readonly availability?: NodeRow['availability'] | null | undefined;
  readonly tpmKind?: JoinTokenRow['tpmKind'] | null | undefined;
  readonly uses?: number | null | undefined;
  readonly expiresAt: Date;
  readonly requestId?: string | null | undefined;
}

/**
 * Creates a join token; the secret is returned only here.
 * @throws UserErrors INVALID, ALREADY_EXISTS, LIMIT_REACHED, REQUEST_ID_REUSED; Refusal NOT_FOUND for what it names.
 */
export async function createJoinToken(context: Context, input: CreateJoinToken) {
  const token = newBearer('joinToken');
  return mutate(context, { policy: joinTokenCreate.name }, async (act) => {
    const { id, isReplay } = await once(act, 'JoinToken', input, () => create(act, input, token));
    const joinToken = requireVisible(act, joinTokenGet, await repository.findById(act.tx, id), 'join token');
    return { joinToken, token: isReplay ? null : token, alreadyIssued: isReplay };
  });
}

async function create(act: Act, input: CreateJoinToken, token: string): Promise<Id<'JoinToken'>> {
  const { settings } = act.context;
  const uses = validUses(input.uses ?? 1);
  const labels = validLabels(input.labels, 'admin', 'labels');
  requireFewTenants(input.tenants, 'tenants');
  const expiresAt = validExpiry(input.expiresAt, act.now, settings.joinTokenLifetimeMaxMs);
  const project = requireVisible(act, projectGet, await findProject(act.tx, input.project, homeOf(act)), 'project');
  if (!project.isOperators)
    throw invalid('The agents of nodes are in an operators’ project: see setProjectOperators.', 'project');
  const row: JoinTokenRow = {
    id: newId('JoinToken'),
    tokenHash: bearerHash('joinToken', token),
    description: validText(input.description, 'description'),
    domainId: project.domainId,
    projectId: project.id,
    ...(await nodeOf(act, input, uses)),
    allowlistId: await allowlistOf(act, project.id, input.allowlist),
    labels,
    tenants: await findTenants(act, input.tenants),
    tpmKind: input.tpmKind ?? 'PHYSICAL',
    uses,
    usedCount: 0,
    nextNumber: 1,
    createdBy: act.actor.principal?.id ?? '',
    createdAt: act.now,
    expiresAt,
  };
  if ((await repository.countValid(act.tx, act.now)) >= TOKENS_MAX)
    throw limitReached(`There are at most ${TOKENS_MAX} join tokens that did not expire.`);
  await repository.insert(act.tx, row);
  await auditToken(act, 'join_token.created', row);
  return row.id;
}

/** The list that is named, or else the project's default; who may publish to it decides what TRUSTED means. */
async function allowlistOf(
  act: Act,
  projectId: Id<'Project'>,
  ref: CreateJoinToken['allowlist'],
): Promise<Id<'Allowlist'> | null> {
  if (ref != null) {
    const { id, ownerType } = await resolveAllowlist(act, ref);
    if (ownerType === 'SYSTEM') return id;
    throw invalid('A node’s agent is bound to allowlists of the system alone.', 'allowlist');
  }
  const standard = await defaultAllowlistOf(act.tx, projectId);
  return standard !== null && (await findOwnerType(act.tx, standard)) === 'SYSTEM' ? standard : null;
}

/** What the machines become: one waiting node's machine, or nodes of their own. */
async function nodeOf(act: Act, { node, nodeName, address, availability }: CreateJoinToken, uses: number) {
  if ((node == null) === (nodeName == null)) throw invalid('Give either nodeName or node.', 'nodeName');
  if (uses > 1 && (node != null || address != null))
    throw invalid('A token for one node or one address has one use.', 'uses');
  const canonical = validAddress(address, 'address');
  if (node != null) {
    const { id } = await requireWaiting(act, node);
    if (canonical !== null) await requireFreeNode(act, { name: null, address: canonical });
    return { nodeId: id, nodeName: null, address: canonical, availability: availability ?? null };
  }
  const name = validNodeNames(nodeName ?? '', uses);
  await requireFreeNode(act, { name: isPattern(name) ? null : name, address: canonical });
  return { nodeId: null, nodeName: name, address: canonical, availability: availability ?? 'PAUSE' } as const;
}

/** @throws Refusal NOT_FOUND. Machines that joined with it stay. */
export async function revokeJoinToken(
  context: Context,
  { joinTokenId }: { readonly joinTokenId: Id<'JoinToken'> },
): Promise<{ joinTokenId: Id<'JoinToken'> }> {
  return mutate(context, { policy: joinTokenRevoke.name }, async (act) => {
    const row = requireVisible(act, joinTokenGet, await repository.findById(act.tx, joinTokenId), 'join token');
    requireAllowed(act, joinTokenRevoke, row);
    await repository.remove(act.tx, row.id);
    await auditToken(act, 'join_token.revoked', row);
    return { joinTokenId: row.id };
  });
}

function auditToken(act: Act, action: 'join_token.created' | 'join_token.revoked', row: JoinTokenRow): Promise<void> {
  const { id, domainId, projectId, tokenHash: _, description: __, createdBy: ___, ...said } = row;
  return act.audit({
    action,
    target: { type: 'JoinToken', id },
    owner: { domainId, projectId },
    details: { ...said, createdAt: undefined, expiresAt: row.expiresAt.toISOString() },
  });
}

const visibleTo = ({ policies, actor }: Context) => policies.visible([joinTokenGet], actor, joinTokens);

export const listJoinTokens = (context: Context, args: PageArgs): Promise<Connection<JoinTokenRow>> =>
  repository.list(context.db, visibleTo(context), args);

/** By id; null where the caller may not read it. */
export const loadJoinToken = defineLoader(async (context, ids: readonly Id<'JoinToken'>[]) =>
  byId(await repository.listByIds(context.db, visibleTo(context), ids)),
);

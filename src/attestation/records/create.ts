import { type Act, type Context, mutate, once, projectOf } from '../../authority/index.js';
import { firstVersion } from '../../db/by-id.js';
import { type AgentRow, aboutAgent, insertAgent } from '../../identity/agents/index.js';
import { invalid } from '../../platform/errors.js';
import { etagOf, requireReviewed } from '../../platform/etag.js';
import { type Id, newId } from '../../platform/ids.js';
import { bearerHash, newBearer } from '../../platform/secrets.js';
import { validName } from '../../platform/text.js';
import { type AllowlistRow, resolveAllowlist } from '../allowlists/index.js';
import { defaultAllowlistOf } from '../project-defaults/index.js';
import type { TpmKind } from '../verifier/index.js';
import { agentCreate } from './policies.js';
import { insertRecord } from './repository.js';
import { lockAgent, told } from './views.js';

/** An allowlist by id or by name. */
export type AllowlistRefInput = Parameters<typeof resolveAllowlist>[1];

export interface CreateAgent extends NamedAllowlist {
  readonly name: string;
  readonly externalId?: string | null | undefined;
  readonly tpmKind?: TpmKind | null | undefined;
  readonly requestId?: string | null | undefined;
}

interface Issued {
  readonly enrollmentToken: string;
  readonly expiresAt: Date;
}

/**
 * Creates an agent in the token's project, with a token for one enrollment that is shown only once.
 *
 * @throws UserErrors INVALID, ALREADY_EXISTS, REQUEST_ID_REUSED; Refusal NOT_FOUND for the allowlist.
 */
export async function createAgent(context: Context, input: CreateAgent) {
  const name = validName(input.name, 'name');
  const externalId = input.externalId == null ? null : validName(input.externalId, 'externalId');
  const { view, issued, isReplay } = await mutate(context, { policy: agentCreate.name }, async (act) => {
    let fresh: Issued | null = null;
    const made = await once(act, 'Agent', input, async () => {
      const agent = agentRow(act, name, externalId);
      fresh = await insert(act, agent, input);
      await act.audit({ action: 'agent.created', ...aboutAgent({ agent }), details: { name } });
      return agent.id;
    });
    return { view: await lockAgent(act, { id: made.id }), issued: fresh as Issued | null, isReplay: made.isReplay };
  });
  return {
    agent: told(context, view),
    enrollmentToken: issued?.enrollmentToken ?? null,
    expiresAt: issued?.expiresAt ?? null,
    alreadyIssued: isReplay,
  };
}

function agentRow(act: Act, name: string, externalId: string | null): AgentRow {
  return {
    id: newId('Agent'),
    kind: 'MACHINE',
    ...projectOf(act),
    name,
    externalId,
    nodeId: null,
    trustState: 'CREATED',
    trustedUntil: null,
    trustDueAt: null,
    ...firstVersion(act.now),
    createdBy: act.actor.principal?.id ?? '',
  };
}

async function insert(act: Act, agent: AgentRow, input: CreateAgent): Promise<Issued> {
  const allowlistId = await firstAllowlist(act, agent, input);
  const enrollmentToken = newBearer('enrollmentToken');
  const expiresAt = new Date(act.now.getTime() + act.context.settings.enrollmentTokenLifetimeMs);
  await insertAgent(act.tx, agent);
  await insertRecord(act.tx, {
    agentId: agent.id,
    domainId: agent.domainId,
    projectId: agent.projectId,
    tpmKind: input.tpmKind ?? 'PHYSICAL',
    allowlistId,
    isLiving: false,
    enrollmentTokenHash: bearerHash('enrollmentToken', enrollmentToken),
    enrollmentExpiresAt: expiresAt,
    acceptedCount: 0,
    rejectedCount: 0,
  });
  return { enrollmentToken, expiresAt };
}

/** The list that a new agent is bound to: the one that is named; the default of its project where none is, unless it is null. */
async function firstAllowlist(
  act: Act,
  { projectId }: AgentRow,
  input: NamedAllowlist,
): Promise<Id<'Allowlist'> | null> {
  const { allowlist, allowlistEtag } = input;
  if (allowlist === undefined && allowlistEtag == null) return defaultAllowlistOf(act.tx, projectId);
  return (await reviewedAllowlist(act, input))?.id ?? null;
}

/** An allowlist that a caller names, and the etag of what it reviewed. */
export interface NamedAllowlist {
  readonly allowlist?: AllowlistRefInput | null | undefined;
  readonly allowlistEtag?: string | null | undefined;
}

/** The requested allowlist, if it is still as the caller read it; null when none is requested. */
export async function reviewedAllowlist(
  act: Act,
  { allowlist, allowlistEtag }: NamedAllowlist,
): Promise<AllowlistRow | null> {
  if (allowlist == null) {
    if (allowlistEtag != null) throw invalid('Name the allowlist that the allowlistEtag belongs to.', 'allowlistEtag');
    return null;
  }
  const found = await resolveAllowlist(act, allowlist);
  requireReviewed(etagOf(found), allowlistEtag, 'allowlistEtag');
  return found;
}

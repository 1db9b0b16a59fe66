import type { Actor, Principal, Scope } from '../../authority/index.js';
import type { Db } from '../../db/open.js';
import { unauthenticated } from '../../platform/errors.js';
import type { CredentialLimit, Credentials } from '../../platform/policy/index.js';
import { bearerHash, isBearer, newBearer } from '../../platform/secrets.js';
import { type AgentRow, trustAt } from '../agents/index.js';
import { rolesInForce } from '../assignments/index.js';
import { holderOf, type PresentedApiCredential } from '../credentials/index.js';
import { operatorsProjectsHeld } from '../projects/index.js';
import type { UserRow } from '../users/tables.js';
import { findBearer } from './repository.js';
import type { TokenRow } from './tables.js';

export const newToken = () => newBearer('token');
export const tokenHash = (token: string) => bearerHash('token', token);

/** The same for a scope that does not exist and for one in which the user holds no role. */
export const notHeld = () => unauthenticated('The credentials are not valid for this scope.', 'SCOPE_NOT_HELD');

/**
 * The current actor of a token. `cacheOwner` is the cache key of effective roles: one object for each database.
 * @throws UNAUTHENTICATED, the same for a malformed, unknown, expired or revoked token and for a disabled principal;
 *   with reason AGENT_BANNED for a banned or retired agent.
 */
export async function authenticate(db: Db, cacheOwner: object, token: string, now: Date): Promise<Actor> {
  const bearer = isBearer('token', token) ? await findBearer(db, tokenHash(token)) : undefined;
  // A ban also revokes the agent's tokens; its own reason takes precedence.
  if (bearer?.agent) refuseBanned(bearer.agent);
  if (bearer?.token.kind !== 'bearer' || bearer.token.revokedAt !== null || bearer.token.expiresAt <= now)
    throw unauthenticated();
  const { id, expiresAt, roles, credentialId } = bearer.token;
  const base = { token: { id, expiresAt, isNarrowed: roles !== null }, epoch: bearer.epoch };
  if (bearer.agent) return { ...base, ...agentActor(bearer.agent, now) };
  if (!bearer.user?.isEnabled) throw unauthenticated();
  const limit = credentialId === null ? undefined : limitTo(bearer.allowedPolicies);
  return { ...base, ...(await userActor(db, cacheOwner, bearer.token, bearer.user, bearer.epoch, now)), limit };
}

/**
 * The same for a caller who sends an API credential with each request instead of a token.
 * @throws UNAUTHENTICATED, as for a token, whatever is wrong with it.
 */
export async function authenticateCredential(
  db: Db,
  cacheOwner: object,
  presented: PresentedApiCredential,
  now: Date,
): Promise<Actor> {
  const holder = await holderOf(db, presented, now);
  if (!holder) throw unauthenticated();
  const { credential, user, epoch } = holder;
  const base = { token: { id: credential.id, expiresAt: credential.expiresAt }, epoch };
  const limit = limitTo(credential.allowedPolicies);
  return { ...base, ...(await userActor(db, cacheOwner, credential, user, epoch, now)), limit };
}

const limitTo = (names: readonly string[] | null): CredentialLimit => ({ policies: names && new Set(names) });

type Identity = Pick<Actor, 'principal' | 'where' | 'scope' | 'credentials' | 'rolesUntil'>;

function refuseBanned(agent: AgentRow): void {
  if (agent.trustState === 'BANNED' || agent.trustState === 'RETIRED') {
    throw unauthenticated('This agent is banned or retired.', 'AGENT_BANNED');
  }
}

/** An agent as policies see it at a time. */
export function agentActor(agent: AgentRow, now: Date): Identity {
  const principal: Principal = { kind: 'agent', id: agent.id, name: agent.name, domainId: agent.domainId };
  const where: Scope = { type: 'agent', agentId: agent.id, projectId: agent.projectId, domainId: agent.domainId };
  const credentials: Credentials = {
    agent_id: agent.id,
    agent_kind: agent.kind,
    project_id: agent.projectId,
    project_domain_id: agent.domainId,
    node_id: agent.nodeId,
    trust_state: trustAt(agent.trustState, agent.trustedUntil, now),
  };
  return { principal, where, scope: 'agent', credentials, rolesUntil: null };
}

/** What a token or an API credential is valid for. */
type Holding = Pick<TokenRow, 'scopeType' | 'domainId' | 'projectId' | 'roles'>;

/** A user as policies see it at a scope, for what it presents. */
export async function userActor(
  db: Db,
  cacheOwner: object,
  token: Holding,
  user: UserRow,
  epoch: number,
  now: Date,
): Promise<Identity> {
  const principal: Principal = { kind: 'user', id: user.id, name: user.name, domainId: user.domainId };
  const own: Credentials = { user_id: user.id, user_domain_id: user.domainId };
  const where = scopeOf(token);
  if (where.type === 'unscoped' || where.type === 'agent') {
    return { principal, where: { type: 'unscoped' }, scope: 'unscoped', credentials: own, rolesUntil: null };
  }
  const scope = { type: where.type, domainId: token.domainId, projectId: token.projectId };
  const { names, until, limitedTo } = await rolesInForce(db, cacheOwner, user.id, scope, epoch, now);
  const roles = token.roles === null ? names : await limitedTo(token.roles);
  const dropped = roles === names ? [] : names.filter((role) => !roles.includes(role));
  const credentials = {
    ...own,
    roles,
    ...(dropped.length > 0 && { dropped_roles: dropped }),
    ...scopeCredentials(where, where.type === 'system' ? await operatorsProjectsHeld(db, cacheOwner, epoch) : []),
  };
  return { principal, where, scope: where.type, credentials, rolesUntil: until };
}

function scopeOf({ scopeType, domainId, projectId }: Holding): Scope {
  if (scopeType === 'system') return { type: 'system' };
  if (scopeType === 'domain' && domainId !== null) return { type: 'domain', domainId };
  if (scopeType === 'project' && projectId !== null && domainId !== null)
    return { type: 'project', projectId, domainId };
  return { type: 'unscoped' };
}

/** A scope as policies see it: they compare texts. */
export type SeenScope =
  | { readonly type: Exclude<Scope['type'], 'domain' | 'project'> }
  | { readonly type: 'domain'; readonly domainId: string }
  | { readonly type: 'project'; readonly projectId: string; readonly domainId: string };

/** What a scope adds to what a user proved. The operators' projects are held at system scope alone. */
export function scopeCredentials(where: SeenScope, operatorsProjectIds: readonly string[]): Credentials {
  if (where.type === 'system') return { system_scope: 'all', operators_project_ids: operatorsProjectIds };
  if (where.type === 'domain') return { domain_id: where.domainId };
  if (where.type === 'project') return { project_id: where.projectId, project_domain_id: where.domainId };
  return {};
}

import { type Act, auditDenial, type Context, mutate } from '../../authority/index.js';
import { durationMs } from '../../platform/duration.js';
import { invalid, Refusal, UserErrors, unauthenticated } from '../../platform/errors.js';
import { type Id, newId } from '../../platform/ids.js';
import { requireShort } from '../../platform/short-list.js';
import type { AgentRow } from '../agents/tables.js';
import { rolesInForce } from '../assignments/index.js';
import { type ResolvedScope, resolveScope, type ScopeInput } from '../scopes/index.js';
import { setPassword } from '../users/index.js';
import { newToken, notHeld, tokenHash } from './authenticate.js';
import { tokenIssue } from './policies.js';
import { type Proof, type Proven, prove, requireStillProven } from './prove.js';
import * as repository from './repository.js';
import type { TokenRow } from './tables.js';

const LIFETIME_DEFAULT_MS = 3_600_000;
const LIFETIME_MAX_MS = 86_400_000;

export interface IssueToken {
  readonly proof: Proof;
  readonly scope?: ScopeInput | null | undefined;
  readonly roles?: readonly string[] | null | undefined;
  readonly lifetime?: string | null | undefined;
}

export interface IssuedToken {
  readonly token: string;
  readonly tokenId: Id<'Token'>;
  readonly expiresAt: Date;
}

export async function issueToken(context: Context, input: IssueToken): Promise<IssuedToken> {
  const lifetimeMs = input.lifetime == null ? LIFETIME_DEFAULT_MS : durationMs(input.lifetime);
  if (lifetimeMs === null || lifetimeMs > LIFETIME_MAX_MS) {
    throw invalid('A lifetime must be an ISO 8601 duration of at most a day.', 'lifetime');
  }
  const proven = await prove(context, input.proof);
  try {
    return await mutate(context, { policy: tokenIssue.name }, (act) => issue(act, proven, input, lifetimeMs));
  } catch (error) {
    const isRefused = error instanceof UserErrors || (error instanceof Refusal && error.code === 'UNAUTHENTICATED');
    if (isRefused) await auditRefusal(context, proven, input);
    throw error;
  }
}

async function issue(act: Act, proven: Proven, input: IssueToken, lifetimeMs: number): Promise<IssuedToken> {
  const { user, grounds, newPasswordHash } = proven;
  const scope = await scopeFor(act, proven, input.scope);
  // Checked before the error for a missing scope: a scoped token must not show which other scopes exist.
  requireNarrowing(grounds, scope);
  if (scope === undefined) throw notHeld();
  if (scope === null && input.roles != null)
    throw invalid('Roles can be chosen only for a scope: name the scope too.', 'roles');
  await requireStillProven(act, proven);
  if (newPasswordHash !== null) await changePassword(act, proven, newPasswordHash);
  const roles = scope === null ? null : await rolesFor(act, proven, scope, input.roles);
  const wanted = new Date(act.now.getTime() + lifetimeMs);
  const expiresAt = grounds !== null && grounds.expiresAt < wanted ? grounds.expiresAt : wanted;
  const issued = await insertToken(act, {
    userId: user.id,
    agentId: null,
    scopeType: scope?.type ?? 'unscoped',
    domainId: scope?.domainId ?? null,
    projectId: scope?.projectId ?? null,
    roles,
    credentialId: proven.credentialId,
    parentId: proven.parentId,
    expiresAt,
  });
  const { tokenId } = issued;
  const details = { tokenId, user: user.name, scope: scope?.type ?? 'unscoped', ...groundsOf(proven) };
  await act.audit({ action: 'token.issued', ...about(proven), details });
  return issued;
}

const about = ({ user }: Proven) => ({
  target: { type: 'User' as const, id: user.id },
  owner: { domainId: user.domainId },
});
const groundsOf = ({ parentId, credentialId }: Proven) => ({
  ...(parentId && { parentId }),
  ...(credentialId && { credentialId }),
});

/** Audits that a caller with a valid proof requested more than it allows. */
async function auditRefusal(context: Context, proven: Proven, { scope }: IssueToken): Promise<void> {
  const wanted = Object.keys(scope ?? { unscoped: true }).find((type) => Reflect.get(scope ?? {}, type) != null);
  const details = { user: proven.user.name, scope: wanted ?? 'unscoped', ...groundsOf(proven) };
  await auditDenial(context, { action: 'token.refused', policy: tokenIssue.name, ...about(proven), details });
}

/** The requested scope: null for none, undefined for one that does not exist. An API credential defaults to its own. */
async function scopeFor(
  act: Act,
  { user, grounds, parentId }: Proven,
  wanted: ScopeInput | null | undefined,
): Promise<ResolvedScope | null | undefined> {
  if (wanted) return resolveScope(act.tx, wanted, grounds?.domainId ?? user.domainId, 'scope');
  if (grounds === null || parentId !== null) return null;
  return { type: grounds.scopeType as ResolvedScope['type'], domainId: grounds.domainId, projectId: grounds.projectId };
}

/** An unscoped token allows any scope that the user holds; a scoped one only fewer roles in its own scope. */
function requireNarrowing(grounds: Proven['grounds'], scope: ResolvedScope | null | undefined): void {
  if (grounds === null || grounds.scopeType === 'unscoped') return;
  const isSame = scope != null && grounds.scopeType === scope.type && grounds.domainId === scope.domainId;
  if (!isSame || grounds.projectId !== scope.projectId) {
    throw unauthenticated('A scoped token can only be narrowed in its own scope.');
  }
}

/** Revokes all tokens and sessions so far; the new one is made afterwards. */
export async function changePassword(act: Act, proven: Proven, passwordHash: string): Promise<void> {
  await act.changeRights();
  await setPassword(act, proven.user.id, passwordHash, false);
  const revokedCount = await repository.revokeByUser(act.tx, proven.user.id, act.now);
  await act.audit({ action: 'user.password_changed', ...about(proven), details: { revokedCount } });
}

async function rolesFor(
  act: Act,
  { user, grounds }: Proven,
  scope: ResolvedScope,
  wanted: readonly string[] | null | undefined,
): Promise<string[] | null> {
  // Reads without the cache: a new owner object has nothing cached, at any epoch.
  const held = await rolesInForce(act.tx, {}, user.id, scope, act.actor.epoch, act.now);
  const limit = grounds?.roles ?? null;
  const available = limit === null ? held.names : await held.limitedTo(limit);
  if (available.length === 0) throw notHeld();
  if (wanted == null) return limit;
  requireShort(wanted, 'roles');
  const names = [...new Set(wanted.map((role) => role.toLowerCase()))];
  const missing = names.filter((role) => !available.includes(role));
  if (missing.length > 0) throw invalid(`Roles not held at this scope: ${missing.slice(0, 5).join(', ')}.`, 'roles');
  return names;
}

const NO_SESSION = { kind: 'bearer', idleExpiresAt: null, clientAddress: null, userAgent: null } as const;

async function insertToken(
  act: Act,
  row: Omit<TokenRow, 'id' | 'hash' | 'createdAt' | 'revokedAt' | keyof typeof NO_SESSION>,
): Promise<IssuedToken> {
  const token = newToken();
  const id = newId('Token');
  const made = { id, hash: tokenHash(token), createdAt: act.now, revokedAt: null };
  await repository.insert(act.tx, { ...row, ...NO_SESSION, ...made });
  return { token, tokenId: id, expiresAt: row.expiresAt };
}

/** Issues a token to an agent that proved its TPM in this transaction. */
export function issueAgentToken(act: Act, agent: AgentRow, expiresAt: Date): Promise<IssuedToken> {
  const { id: agentId, domainId, projectId } = agent;
  return insertToken(act, {
    userId: null,
    agentId,
    scopeType: 'agent',
    domainId,
    projectId,
    roles: null,
    credentialId: null,
    parentId: null,
    expiresAt,
  });
}

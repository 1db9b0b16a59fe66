import { type Act, bumpEpoch, type Context, mutate } from '../../authority/index.js';
import type { Tx } from '../../db/open.js';
import { durationMs } from '../../platform/duration.js';
import { invalid, notFound, unauthenticated } from '../../platform/errors.js';
import { newId } from '../../platform/ids.js';
import type { AgentRow } from '../agents/tables.js';
import { effectiveRoles } from '../assignments/index.js';
import { type ResolvedScope, resolveScope, type ScopeInput } from '../scopes/index.js';
import { findUserByName, passwordMatches } from '../users/index.js';
import { newToken, tokenHash } from './authenticate.js';
import { tokenIssue, tokenRevoke } from './policies.js';
import * as repository from './repository.js';
import type { TokenRow } from './tables.js';

const LIFETIME_DEFAULT_MS = 3_600_000;
const LIFETIME_MAX_MS = 86_400_000;

export interface IssueToken {
  readonly proof: {
    readonly password?:
      | { readonly user: string; readonly domain: string; readonly password: string }
      | null
      | undefined;
    readonly token?: string | null | undefined;
  };
  readonly scope?: ScopeInput | null | undefined;
  readonly roles?: readonly string[] | null | undefined;
  readonly lifetime?: string | null | undefined;
}

export interface IssuedToken {
  readonly token: string;
  readonly tokenId: string;
  readonly expiresAt: Date;
}

/** Who proved itself, and what limits a token that it gets. */
interface Proven {
  readonly userId: string;
  readonly userName: string;
  readonly domainId: string;
  readonly parent: TokenRow | null;
}

export async function issueToken(context: Context, input: IssueToken): Promise<IssuedToken> {
  const lifetimeMs = input.lifetime == null ? LIFETIME_DEFAULT_MS : durationMs(input.lifetime);
  if (lifetimeMs === null || lifetimeMs > LIFETIME_MAX_MS) {
    throw invalid('A lifetime is an ISO 8601 duration of at most a day.', 'lifetime');
  }
  const proven = await prove(context, input.proof);
  return mutate(context, { policy: tokenIssue.name }, async (act) => {
    const scope = input.scope ? await resolveScope(act.tx, input.scope, 'scope') : null;
    // Before it is said that a scope does not exist: a scoped token must not tell which others do.
    requireNarrowing(proven.parent, scope);
    if (scope === undefined) throw unauthenticated('The credentials do not hold for this scope.');
    await requireStillValid(act, proven.parent);
    const roles = scope === null ? null : await rolesFor(act, proven, scope, input.roles);
    const wanted = new Date(act.now.getTime() + lifetimeMs);
    const parentEnd = proven.parent?.expiresAt;
    const expiresAt = parentEnd && parentEnd < wanted ? parentEnd : wanted;
    const owner = { domainId: proven.domainId };
    const issued = await insertToken(act, {
      userId: proven.userId,
      agentId: null,
      scopeType: scope?.type ?? 'unscoped',
      domainId: scope?.domainId ?? null,
      projectId: scope?.projectId ?? null,
      roles,
      credentialId: null,
      parentId: proven.parent?.id ?? null,
      expiresAt,
    });
    const details = { tokenId: issued.tokenId, user: proven.userName, scope: scope?.type ?? 'unscoped' };
    await act.audit({ action: 'token.issued', target: { type: 'User', id: proven.userId }, owner, details });
    return issued;
  });
}

async function prove(context: Context, proof: IssueToken['proof']): Promise<Proven> {
  const wrong = () => unauthenticated('The credentials are not valid.');
  if (proof.password) {
    context.attemptLogIn(`${proof.password.domain}/${proof.password.user}`.toLowerCase());
    const user = await findUserByName(context.db, proof.password.domain, proof.password.user);
    const matches = await passwordMatches(proof.password.password, user?.passwordHash ?? null);
    if (!user || !matches || !user.isEnabled) throw wrong();
    return { userId: user.id, userName: user.name, domainId: user.domainId, parent: null };
  }
  const bearer = await repository.findBearer(context.db, tokenHash(proof.token ?? ''));
  const now = context.clock.now();
  if (!bearer?.user?.isEnabled || bearer.token.revokedAt !== null || bearer.token.expiresAt <= now) throw wrong();
  const { user, token } = bearer;
  return { userId: user.id, userName: user.name, domainId: user.domainId, parent: token };
}

/** An unscoped token may become any scope that is held; a scoped one only fewer roles of its own scope. */
function requireNarrowing(parent: TokenRow | null, scope: ResolvedScope | null | undefined): void {
  if (parent === null || parent.scopeType === 'unscoped') return;
  const isSame = scope != null && parent.scopeType === scope.type && parent.domainId === scope.domainId;
  if (!isSame || parent.projectId !== scope.projectId) {
    throw unauthenticated('A scoped token can only be narrowed in its own scope.');
  }
}

/** Revoking holds the epoch alone, and this transaction shares it: no token comes out of one that is gone by now. */
async function requireStillValid(act: Act, parent: TokenRow | null): Promise<void> {
  const row = parent && (await repository.findById(act.tx, parent.id));
  if (row?.revokedAt) throw unauthenticated('The credentials are not valid.');
}

async function rolesFor(
  act: Act,
  proven: Proven,
  scope: ResolvedScope,
  wanted: readonly string[] | null | undefined,
): Promise<string[] | null> {
  // Read afresh: with an owner of its own nothing is cached, whatever the epoch.
  const held = await effectiveRoles(act.tx, {}, proven.userId, scope, act.actor.epoch, act.now);
  const limit = proven.parent?.roles ?? null;
  const available = limit === null ? held : held.filter((role) => limit.includes(role));
  if (available.length === 0) throw unauthenticated('The credentials do not hold for this scope.');
  if (wanted == null) return limit;
  const names = [...new Set(wanted.map((role) => role.toLowerCase()))];
  const missing = names.filter((role) => !available.includes(role));
  if (missing.length > 0) throw invalid(`Not held at this scope: ${missing.join(', ')}.`, 'roles');
  return names;
}

async function insertToken(
  act: Act,
  row: Omit<TokenRow, 'id' | 'hash' | 'createdAt' | 'revokedAt'>,
): Promise<IssuedToken> {
  const token = newToken();
  const id = newId('Token');
  await repository.insert(act.tx, { ...row, id, hash: tokenHash(token), createdAt: act.now, revokedAt: null });
  return { token, tokenId: id, expiresAt: row.expiresAt };
}

/** A token for an agent that proved its TPM in this transaction. */
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

/** Ends all tokens of an agent; the transaction must hold the epoch alone and bump it. */
export function revokeAgentTokens(tx: Tx, agentId: string, now: Date): Promise<void> {
  return repository.revokeByAgent(tx, agentId, now);
}

export async function revokeToken(
  context: Context,
  input: { tokenId?: string | null | undefined },
): Promise<{ tokenId: string }> {
  return mutate(context, { policy: tokenRevoke.name, changesRights: true }, async (act) => {
    const id = input.tokenId ?? act.actor.token?.id ?? '';
    const row = await repository.findById(act.tx, id);
    const principal = act.actor.principal?.id;
    if (!row || principal === undefined || (row.userId ?? row.agentId) !== principal) throw notFound('token');
    await repository.revokeWithDescendants(act.tx, id, act.now);
    await bumpEpoch(act.tx);
    await act.audit({ action: 'token.revoked', target: { type: 'Token', id } });
    return { tokenId: id };
  });
}

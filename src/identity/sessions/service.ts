import {
  type Act,
  byId,
  type Context,
  defineLoader,
  mayOn,
  mutate,
  type OpenSession,
  requireAllowed,
  requireVisible,
  requireWhole,
  type SessionView,
} from '../../authority/index.js';
import { notFound, unauthenticated } from '../../platform/errors.js';
import { type Id, newId, toId } from '../../platform/ids.js';
import { newBearer } from '../../platform/secrets.js';
import { userDisable } from '../accounts/index.js';
import { listHeldBy, requireMayRevoke } from '../assignments/index.js';
import { homeOf } from '../names/index.js';
import { changePassword, insertToken, prove, requireStillProven, type TokenRow } from '../tokens/index.js';
import { findUser, findUserById, loadUser, type UserRef, userGet } from '../users/index.js';
import type { UserRow } from '../users/tables.js';
import { idleEnd, sessionHash } from './authenticate.js';
import { sessionOpen, sessionRevoke } from './policies.js';
import * as repository from './repository.js';

/** One more ends the one that is longest unused: a browser that lost its cookie must never keep its user out. */
export const SESSIONS_MAX = 50;
const USER_AGENT_MAX = 255;

export async function openSession(
  context: Context,
  input: OpenSession,
): Promise<SessionView & { readonly token: string }> {
  const { user, domain, password, newPassword } = input;
  const proven = await prove(context, { password: { user, domain, password, newPassword } });
  return mutate(context, { policy: sessionOpen.name }, async (act) => {
    await requireStillProven(act, proven);
    await repository.holdUser(act.tx, proven.user.id);
    const { newPasswordHash } = proven;
    if (newPasswordHash !== null) await changePassword(act, proven, newPasswordHash);
    await endOthers(act, proven.user, input.replaced);
    return insert(act, proven.user, input);
  });
}

/** The one that the browser had, whoever's it was, and those above the limit. */
async function endOthers(act: Act, { id }: UserRow, replaced: string | null): Promise<void> {
  const before =
    replaced === null ? undefined : await repository.findLiveByHash(act.tx, sessionHash(replaced), act.now);
  const own = (await repository.listLiveOf(act.tx, id, act.now)).filter((session) => session.id !== before?.id);
  const above = own.slice(0, Math.max(0, own.length - SESSIONS_MAX + 1));
  const ending = before === undefined ? above : [before, ...above];
  if (ending.length === 0) return;
  await act.changeRights();
  for (const session of ending) await end(act, session, session.id === before?.id ? 'log-in' : 'limit');
}

async function insert(act: Act, user: UserRow, { clientAddress, userAgent }: OpenSession) {
  const { sessionMaxMs, sessionIdleMs } = act.context.settings;
  const token = newBearer('session');
  const expiresAt = new Date(act.now.getTime() + sessionMaxMs);
  const idleExpiresAt = idleEnd(act.now, expiresAt, sessionIdleMs);
  const id = newId('Token');
  await insertToken(act.tx, {
    ...{ id, hash: sessionHash(token), userId: user.id, agentId: null, kind: 'browser' },
    ...{ scopeType: 'unscoped', domainId: null, projectId: null, roles: null, credentialId: null, parentId: null },
    ...{ createdAt: act.now, expiresAt, idleExpiresAt, revokedAt: null },
    ...{ clientAddress, userAgent: userAgent?.slice(0, USER_AGENT_MAX) ?? null },
  });
  const target = { type: 'User', id: user.id } as const;
  const details = { sessionId: id, user: user.name, clientAddress };
  await act.audit({ action: 'session.opened', target, owner: { domainId: user.domainId }, details });
  return { token, expiresAt, idleExpiresAt, user: { id: user.id, name: user.name } };
}

/** The session of the request. @throws UNAUTHENTICATED for a caller without one. */
export function viewSession({ actor }: Context): SessionView {
  const { principal, token } = actor;
  if (principal === null || token?.session === undefined)
    throw unauthenticated('There is no session: log in with POST /session.');
  return { ...token.session, user: { id: principal.id, name: principal.name } };
}

export async function closeSession(context: Context): Promise<void> {
  viewSession(context);
  await revokeSession(context, { sessionId: toId('Token', context.actor.token?.id ?? '') });
}

/** Ends one of the caller's sessions, or one of a user whom the caller may disable. */
export async function revokeSession(
  context: Context,
  { sessionId }: { readonly sessionId: Id<'Token'> },
): Promise<{ sessionId: Id<'Token'> }> {
  return mutate(context, { policy: sessionRevoke.name }, async (act) => {
    requireWhole(act, sessionRevoke.name);
    const session = await repository.findById(act.tx, sessionId);
    const user = session?.userId && (await findUserById(act.tx, session.userId));
    if (!session || !user) throw notFound('session');
    if (user.id !== act.actor.principal?.id) await requireOthers(act, user);
    if (!repository.isLiveAt(session, act.now)) return act.unchanged({ sessionId });
    await act.changeRights();
    await end(act, session, 'revoked');
    return { sessionId };
  });
}

/** Whoever may not read a user's sessions learns nothing about them. */
async function requireOthers(act: Act, user: UserRow): Promise<void> {
  if (!mayOn(act, userGet, user) || !mayOn(act, userDisable, user)) throw notFound('session');
  await requireMayRevoke(act, await listHeldBy(act.tx, user.id));
}

async function end(act: Act, { id, userId }: TokenRow, by: 'log-in' | 'limit' | 'revoked'): Promise<void> {
  await repository.revoke(act.tx, id, act.now);
  const user = userId && (await findUserById(act.tx, userId));
  const owner = { domainId: user ? user.domainId : null };
  await act.audit({ action: 'session.revoked', target: { type: 'Token', id }, owner, details: { userId, by } });
}

/** Those that count, the last used first: the caller's own, or those of a user whom the caller may disable. */
export async function listSessions(context: Context, ref: UserRef | null | undefined): Promise<TokenRow[]> {
  const { principal } = context.actor;
  const own = principal?.kind === 'user' ? principal.id : null;
  const named = ref ? await findUser(context.db, ref, homeOf(context)) : undefined;
  const isOwn = !ref || (own !== null && named?.id === own);
  if (!isOwn) requireAllowed(context, userDisable, requireVisible(context, userGet, named, 'user'));
  const userId = isOwn ? own : named?.id;
  if (!userId) return [];
  return (await repository.listLiveOf(context.db, userId, context.clock.now())).reverse();
}

/** By id; null for those that the caller could not list. */
export const loadSession = defineLoader(async (context, ids: readonly Id<'Token'>[]) => {
  const found = await repository.listLiveByIds(context.db, context.clock.now(), ids);
  const own = context.actor.principal?.id;
  const owners = await Promise.all(
    found.map(({ userId }) => (userId === own || userId === null ? null : loadUser(context).load(userId))),
  );
  const isListed = ({ userId }: TokenRow, index: number) => {
    const owner = owners[index];
    return userId === own || (owner != null && mayOn(context, userDisable, owner));
  };
  return byId(found.filter(isListed));
});

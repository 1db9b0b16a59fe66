import type { Actor, Context, SessionScope } from '../../authority/index.js';
import { faultForLog } from '../../db/errors.js';
import type { Db } from '../../db/open.js';
import { unauthenticated } from '../../platform/errors.js';
import type { Id } from '../../platform/ids.js';
import { bearerHash, isBearer } from '../../platform/secrets.js';
import { notHeld, userActor } from '../tokens/index.js';
import { findPresented, isLiveAt, type Presented, renew } from './repository.js';

/** Uses within this time of each other are written down once. */
const RENEWAL_STEP_MS = 60_000;

export const sessionHash = (session: string) => bearerHash('session', session);

/**
 * The current actor of a session, for the scope that its request names.
 * @throws UNAUTHENTICATED, the same for a malformed, unknown, expired, unused or revoked session, for a disabled user
 *   and for another one than the page believes; with reason SCOPE_NOT_HELD for a scope in which the user holds no role.
 */
export async function authenticateSession(
  db: Db,
  cacheOwner: object,
  presented: { readonly token: string; readonly scope: SessionScope; readonly believedUserId?: string },
  now: Date,
): Promise<Actor> {
  if (!isBearer('session', presented.token)) throw over();
  const { scope } = presented;
  const projectId = scope.type === 'project' ? scope.projectId : null;
  const found = await findPresented(db, sessionHash(presented.token), projectId);
  if (!found?.user?.isEnabled || !isLiveAt(found.session, now)) throw over();
  const { session, user, epoch } = found;
  // Another person logged in beside the page, whose cookie it sends since: what it shows and does is not theirs.
  if (presented.believedUserId !== undefined && presented.believedUserId !== user.id) throw over();
  const actor = await userActor(db, cacheOwner, { ...placeOf(scope, found), roles: null }, user, epoch, now);
  if (scope.type !== 'unscoped' && !actor.credentials.roles?.length) throw notHeld();
  return { ...actor, token: tokenOf(session), epoch };
}

const over = () => unauthenticated('The session is over: log in again.');

function tokenOf({ id, expiresAt, idleExpiresAt }: Presented['session']): NonNullable<Actor['token']> {
  const idle = idleExpiresAt ?? expiresAt;
  return { id, expiresAt: idle < expiresAt ? idle : expiresAt, session: { idleExpiresAt: idle, expiresAt } };
}

/** As a token of this scope has it; a project that does not exist is held by nobody. */
function placeOf(scope: SessionScope, { projectDomainId }: Presented) {
  if (scope.type === 'project') {
    if (projectDomainId === null) throw notHeld();
    return { scopeType: scope.type, domainId: projectDomainId, projectId: scope.projectId };
  }
  return { scopeType: scope.type, domainId: scope.type === 'domain' ? scope.domainId : null, projectId: null };
}

/** When a session of this moment ends without requests. */
export const idleEnd = (now: Date, expiresAt: Date, idleMs: number): Date =>
  new Date(Math.min(now.getTime() + idleMs, expiresAt.getTime()));

/** Puts the end of an unused session off. It is not part of the request, which a fault here does not refuse. */
export async function renewSession({ actor, clock, db, log, requestId, settings }: Context): Promise<void> {
  const { token } = actor;
  if (token?.session === undefined) return;
  const { expiresAt, idleExpiresAt } = token.session;
  const until = idleEnd(clock.now(), expiresAt, settings.sessionIdleMs);
  if (until.getTime() - idleExpiresAt.getTime() < RENEWAL_STEP_MS) return;
  await renew(db, token.id as Id<'Token'>, until).catch((error: unknown) =>
    log.warn({ requestId, err: faultForLog(error) }, 'the use of a session could not be noted'),
  );
}

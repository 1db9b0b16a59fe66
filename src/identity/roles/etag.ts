import { etagFrom, etagOf, requireReviewed } from '../../platform/etag.js';
import type { RoleView } from './repository.js';

/**
 * Changes with the role and with each role that it implies, at any depth, because a caller who reviews a role reviews
 * those too. The same etag is required to change a role and to grant it: `Role` shows both.
 */
export const roleEtag = (role: RoleView): string =>
  role.impliedState === null ? etagOf(role) : etagFrom(role.id, role.version, role.impliedState);

/** @throws UserErrors STALE_ETAG when the caller read another state of the role; null requires none. */
export function requireRoleEtag(role: RoleView, etag: string | null | undefined, path?: 'roleEtag'): void {
  requireReviewed(roleEtag(role), etag, path);
}

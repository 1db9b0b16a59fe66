import { etagFrom, etagOf, requireReviewed } from '../../platform/etag.js';
import type { RoleView } from './repository.js';

/**
 * Changes with the role and with each role that it implies, at any depth: who reviewed a role reviewed what it brings.
 * One etag serves to change a role and to grant it, because `Role` shows both its own fields and what it brings.
 */
export const roleEtag = (role: RoleView): string =>
  role.impliedState === null ? etagOf(role) : etagFrom(role.id, role.version, role.impliedState);

/** @throws UserErrors STALE_ETAG when the caller read another state of the role; null requires none. */
export function requireRoleEtag(role: RoleView, etag: string | null | undefined, path?: 'roleEtag'): void {
  requireReviewed(roleEtag(role), etag, path);
}

import { type Act, inUseWhenReferred, refuseWhileReferred } from '../../authority/index.js';
import { staleEtag } from '../../platform/errors.js';
import { requireEtag } from '../../platform/etag.js';
import type { Id } from '../../platform/ids.js';
import { listGivenOn, type RoleScope, requireMayRevoke } from '../assignments/index.js';
import { type Removed, removeWithScope } from './removed.js';

interface Ending {
  readonly row: { readonly id: Id<'Domain' | 'Project'>; readonly version: number };
  /** Of the version that the caller read. */
  readonly etag: string;
  /** Returns false when the row changed since it was read. */
  readonly remove: () => Promise<boolean>;
}

/**
 * Removes a domain or a project with what depends on it, if the caller could revoke every role that is assigned there.
 * @throws UserErrors IN_USE while it owns something, STALE_ETAG; Refusal FORBIDDEN.
 */
export async function removeScope(
  act: Act,
  scope: RoleScope & { readonly type: 'domain' | 'project' },
  { row, etag, remove }: Ending,
): Promise<Removed> {
  await requireMayRevoke(act, await listGivenOn(act.tx, scope));
  requireEtag(row, etag);
  await refuseWhileReferred(act, scope.type === 'domain' ? 'Domain' : 'Project', row.id, 'still owns');
  await act.changeRights();
  const removed = await removeWithScope(act.tx, scope);
  if (!(await inUseWhenReferred(scope.type, remove))) throw staleEtag();
  return removed;
}

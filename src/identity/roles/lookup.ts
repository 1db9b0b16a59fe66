import { and, eq, isNull, or, type SQL } from 'drizzle-orm';
import { type AuthorizationContext, mayOn } from '../../authority/index.js';
import { equals } from '../../db/among.js';
import type { Db } from '../../db/open.js';
import { notFound } from '../../platform/errors.js';
import { isReferred, type OwnedRef } from '../names/index.js';
import { roleGet } from './policies.js';
import { listMatching, type RoleView } from './repository.js';
import { roles } from './tables.js';

export type RoleRef = OwnedRef<'Role'>;

/**
 * The role of a reference. A name alone means the role of the token's domain, or else the global role.
 * @throws Refusal NOT_FOUND for a role that is missing or that the caller may not read.
 */
export async function requireRole(from: AuthorizationContext, db: Db, ref: RoleRef): Promise<RoleView> {
  const found = await listMatching(db, isMeant(from, ref));
  const [first, second] = found.filter((role) => mayOn(from, roleGet, role));
  if (first === undefined) throw notFound('role');
  return first.domainId === null ? (second ?? first) : first;
}

function isMeant({ actor: { where } }: AuthorizationContext, { id, name, inDomain }: RoleRef): SQL | undefined {
  if (id != null) return eq(roles.id, id);
  if (inDomain != null) return isReferred(roles, { inDomain: { ...inDomain, name: inDomain.name.toLowerCase() } });
  const domainId = where !== null && 'domainId' in where ? where.domainId : null;
  const owner = or(isNull(roles.domainId), domainId === null ? undefined : eq(roles.domainId, domainId));
  return and(equals(roles.name, (name ?? '').toLowerCase()), owner);
}

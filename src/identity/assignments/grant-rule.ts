/** A role, as the grant rule sees it. */
export interface GivenRole {
  readonly name: string;
  /** Null for a global role. */
  readonly domainId: string | null;
  readonly isImmutable: boolean;
  readonly isSystemOnly: boolean;
}

/**
 * Whether a caller who holds these roles, on the scope or on one that contains it, may grant or revoke a role. The
 * caller must hold each global role that it brings; `admin` may also grant `service` and custom roles. Only a system
 * admin grants system-only roles: other holders cannot pass them on.
 *
 * @param held Names of the roles in the giver's token, implied roles included.
 * @param brings The granted role and all that it implies. A domain's role is only the sum of what it implies.
 */
export function mayGrant(
  held: readonly string[],
  brings: readonly GivenRole[],
  giver: { readonly isSystem: boolean },
): boolean {
  const isAdmin = held.includes('admin');
  return brings.every(({ name, domainId, isImmutable, isSystemOnly }) => {
    if (domainId !== null) return true;
    if (isSystemOnly) return giver.isSystem && isAdmin;
    return held.includes(name) || (isAdmin && (name === 'service' || !isImmutable));
  });
}

/** admin ⇒ manager ⇒ member ⇒ reader, from the highest to the lowest. */
export const HIERARCHY = ['admin', 'manager', 'member', 'reader'] as const;

/** Whether a holder of `role` also holds `other`, by the hierarchy; both in lower case. */
export function implies(role: string, other: string): boolean {
  const [higher, lower] = [role, other].map((name) => (HIERARCHY as readonly string[]).indexOf(name));
  return higher !== undefined && lower !== undefined && higher >= 0 && higher < lower;
}

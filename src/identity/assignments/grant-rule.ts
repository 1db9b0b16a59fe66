/** A role, as the grant rule looks at it. */
export interface GivenRole {
  readonly name: string;
  /** Null for a global role. */
  readonly domainId: string | null;
  readonly isImmutable: boolean;
  readonly isSystemOnly: boolean;
}

/**
 * Whether a role may be given, or taken, by somebody who holds these roles on the scope or on one that contains it.
 * Each global role that it brings must be held; `admin` may also give `service` and custom roles. Those that are for
 * the system only are given by its admin alone: others may hold them, but not hand them on.
 *
 * @param held Names of the roles in the giver's token, implied ones included.
 * @param brings The role that is given and all that it implies. A domain's role is nothing but what it implies.
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

/** admin ⇒ manager ⇒ member ⇒ reader, from the most to the least. */
export const HIERARCHY = ['admin', 'manager', 'member', 'reader'] as const;

/** Whether whoever holds the one role holds the other too; both in lower case. */
export function implies(role: string, other: string): boolean {
  const [higher, lower] = [role, other].map((name) => (HIERARCHY as readonly string[]).indexOf(name));
  return higher !== undefined && lower !== undefined && higher >= 0 && higher < lower;
}

/**
 * Whether a role may be given (or taken) by somebody who holds these roles on the scope or on one that contains it:
 * it must be held, implied ones included; `admin` may also give roles outside the hierarchy.
 */
export function mayGive(
  held: readonly string[],
  role: { readonly name: string; readonly isInHierarchy: boolean },
): boolean {
  return held.includes(role.name) || (held.includes('admin') && !role.isInHierarchy);
}

/** admin ⇒ manager ⇒ member ⇒ reader, from the most to the least. */
export const HIERARCHY = ['admin', 'manager', 'member', 'reader'] as const;

/** Whether whoever holds the one role holds the other too; both in lower case. */
export function implies(role: string, other: string): boolean {
  const [higher, lower] = [role, other].map((name) => (HIERARCHY as readonly string[]).indexOf(name));
  return higher !== undefined && lower !== undefined && higher >= 0 && higher < lower;
}

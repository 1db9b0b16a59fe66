/** What the server says the viewer may do with an object. */
export interface Permission {
  /** The name of the mutation. */
  readonly operation: string;
  readonly isAllowed: boolean;
  readonly reason: string | null;
  /** For WRONG_SCOPE: where it could be done. */
  readonly scopeTypes: readonly string[];
  /** Roles that are missing at this scope. */
  readonly requires: readonly { readonly role: string; readonly scopeType: string }[];
}

const UNKNOWN = 'What you may do is not known: reload the page.';

const WORDS: Readonly<Record<string, string>> = {
  CREDENTIAL_LIMIT: 'This API credential is not allowed to do this.',
  NARROWED_TOKEN: 'This token has fewer roles than you.',
  GRANT_RULE: 'It gives or takes roles that you could not grant here.',
  OUTLASTS_GIVER: 'It would last longer than your own right to grant it.',
  UNKNOWN: 'Whether you may is told by the attempt only.',
};

const scopeWord = (type: string) => (type === 'SYSTEM' ? 'the system' : `a ${type.toLowerCase()}`);

function missing({ requires }: Permission): string {
  if (requires.length === 0) return 'Your roles at this scope do not allow it.';
  const roles = requires.map(({ role, scopeType }) => `${role} on this ${scopeType.toLowerCase()}`);
  return `You need the role ${roles.join(', and ')}.`;
}

/** Why the viewer may not do something and what would allow it; null when they may. Without an answer nothing is allowed. */
export function obstacleOf(permission: Permission | undefined): string | null {
  if (permission === undefined) return UNKNOWN;
  if (permission.isAllowed) return null;
  const { reason, scopeTypes } = permission;
  if (reason === 'WRONG_SCOPE')
    return `It is done at the scope of ${scopeTypes.map(scopeWord).join(' or ')}: choose one at the top.`;
  return WORDS[reason ?? ''] ?? missing(permission);
}

/** What the server says of the scope as a whole, for an object that it says nothing of. */
export const permissionAt = (
  permissions: ReadonlySet<string> | null,
  policy: string,
  operation: string,
): Permission | undefined =>
  permissions === null
    ? undefined
    : { operation, isAllowed: permissions.has(policy), reason: 'FORBIDDEN', scopeTypes: [], requires: [] };

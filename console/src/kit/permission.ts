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

/** What the server says about an operation on an object; nothing where that could not be told. */
export const permissionFor = (
  { viewerCan }: { readonly viewerCan: readonly Permission[] | null },
  operation: string,
): Permission | undefined => viewerCan?.find((one) => one.operation === operation);

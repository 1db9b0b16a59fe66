import type { Act, AuthorizationContext } from '../../authority/index.js';
import { invalid } from '../../platform/errors.js';
import { requireShort } from '../../platform/short-list.js';

const LIFETIME_MAX_MS = 366 * 86_400_000;

/** Nothing could be given to a credential of such a caller. */
export const holdsNoRole = ({ actor }: AuthorizationContext): boolean => !actor.credentials.roles?.length;

/** Between now and a year from now. */
export function validExpiry(expiresAt: Date, now: Date): Date {
  const left = expiresAt.getTime() - now.getTime();
  if (left > 0 && left <= LIFETIME_MAX_MS) return expiresAt;
  throw invalid('expiresAt must be later than now and at most a year from now.', 'expiresAt');
}

/** The roles to keep, out of those in the token; all of them by default. */
export function validRoles({ actor }: Act, wanted: readonly string[] | null | undefined): string[] {
  requireShort(wanted, 'roles');
  const held = actor.credentials.roles ?? [];
  const names = [...new Set(wanted?.map((name) => name.toLowerCase()) ?? held)];
  if (names.length === 0) throw invalid('An API credential needs at least one role of the token.', 'roles');
  const missing = names.filter((name) => !held.includes(name));
  if (missing.length > 0) throw invalid(`Roles not held at this scope: ${missing.slice(0, 5).join(', ')}.`, 'roles');
  return names.sort();
}

/** The allowed policies: an API credential of this scope must be able to pass each. Null for no list. */
export function validPolicies({ actor, policies }: Act, wanted: readonly string[] | null | undefined): string[] | null {
  if (wanted == null) return null;
  requireShort(wanted, 'allowedPolicies');
  if (wanted.length === 0) throw invalid('A list of policies must name at least one policy.', 'allowedPolicies');
  for (const [index, name] of wanted.entries()) {
    const refuse = (message: string) => invalid(message, 'allowedPolicies', String(index));
    const policy = policies.get(name);
    if (!policy) throw refuse('There is no policy of this name.');
    if (!policy.isForCredentials) throw refuse(`${policy.name} is not for API credentials.`);
    const isOfScope = typeof policy.scopeTypes === 'string' || policy.scopeTypes.some((type) => type === actor.scope);
    if (!isOfScope) throw refuse(`${policy.name} is not for this scope.`);
  }
  return [...new Set(wanted)].sort();
}

import { invalid } from '../../platform/errors.js';
import { validNodeName } from '../nodes/index.js';

export const USES_MAX = 10_000;
const NUMBER = '{n}';
/** As long as the largest number that a pattern gets. */
const NUMBER_LENGTH = '10000000000'.length;

/** The name that a pattern has for a number; a name without `{n}` is always the same. */
export const numberedName = (pattern: string, number: number): string => pattern.replace(NUMBER, String(number));

export const isPattern = (name: string): boolean => name.includes(NUMBER);

/** @throws UserErrors INVALID for what is no name, and for several machines with one name. */
export function validNodeNames(text: string, uses: number): string {
  const parts = text.split(NUMBER);
  if (parts.length > 2) throw invalid(`A pattern has ${NUMBER} once.`, 'nodeName');
  if (parts.length === 1 && uses > 1)
    throw invalid(`A token of several uses needs a pattern with ${NUMBER}, such as web-${NUMBER}.`, 'nodeName');
  // Every number must give a valid name, the longest one too.
  const folded = validNodeName(parts.join('0'.repeat(NUMBER_LENGTH)), 'nodeName');
  return parts.length === 1 ? folded : `${parts[0]?.toLowerCase()}${NUMBER}${parts[1]?.toLowerCase()}`;
}

/** @throws UserErrors INVALID. */
export function validUses(uses: number): number {
  if (Number.isInteger(uses) && uses >= 1 && uses <= USES_MAX) return uses;
  throw invalid(`A join token has 1 to ${USES_MAX} uses.`, 'uses');
}

/** @throws UserErrors INVALID for a time that is past, or too far. */
export function validExpiry(expiresAt: Date, now: Date, lifetimeMaxMs: number): Date {
  const lifetime = expiresAt.getTime() - now.getTime();
  if (lifetime > 0 && lifetime <= lifetimeMaxMs) return expiresAt;
  const days = Math.floor(lifetimeMaxMs / 86_400_000);
  const most = days > 0 ? `${days} days` : `${Math.floor(lifetimeMaxMs / 1000)} seconds`;
  throw invalid(`A join token expires in the future, and at most ${most} from now.`, 'expiresAt');
}

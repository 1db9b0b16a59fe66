import type { JoinTokenRow } from './tables.js';

type Used = Pick<JoinTokenRow, 'uses' | 'usedCount' | 'expiresAt'>;

/** Whether machines can join with a token at a moment. */
export function stateOf({ uses, usedCount, expiresAt }: Used, now: Date): 'ACTIVE' | 'USED_UP' | 'EXPIRED' {
  if (usedCount >= uses) return 'USED_UP';
  return expiresAt > now ? 'ACTIVE' : 'EXPIRED';
}

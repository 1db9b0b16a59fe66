import type { ScopeType } from './policy.js';

/** The scope is decided before the check, so WRONG_SCOPE says nothing about the check. */
export type Decision =
  | { readonly outcome: 'ALLOWED' }
  | { readonly outcome: 'UNAUTHENTICATED' }
  | { readonly outcome: 'WRONG_SCOPE'; readonly scopeTypes: readonly ScopeType[] }
  | { readonly outcome: 'FORBIDDEN'; readonly reason?: 'CREDENTIAL_LIMIT' };

export const ALLOWED: Decision = Object.freeze({ outcome: 'ALLOWED' });
export const FORBIDDEN: Decision = Object.freeze({ outcome: 'FORBIDDEN' });
export const LIMITED: Decision = Object.freeze({ outcome: 'FORBIDDEN', reason: 'CREDENTIAL_LIMIT' });
export const UNAUTHENTICATED: Decision = Object.freeze({ outcome: 'UNAUTHENTICATED' });

import type { Id } from '../../platform/ids.js';
import { definePolicy, defineTarget } from '../../platform/policy/index.js';
import { holdings } from './holdings.js';

/** What a user holds on a scope of a domain. `userId` is null for no user in particular, `domainId` for the system. */
export interface Held {
  readonly userId: Id<'User'> | null;
  readonly domainId: Id<'Domain'> | null;
}

const target = defineTarget<Held>()(holdings, {
  user_id: { type: 'text', row: (row) => row.userId, sql: (t) => t.userId },
  domain_id: { type: 'text', row: (row) => row.domainId, sql: (t) => t.domainId },
});

export const permissionGet = definePolicy<Held>({
  name: 'permission:get',
  description: "Ask who may do what, and why: in the whole system, in the caller's own domain, and about the caller.",
  scopeTypes: ['system', 'domain', 'project'],
  target,
  boundary: {
    system: '@',
    domain: 'domain_id:%(domain_id)s or user_id:%(user_id)s',
    project: 'user_id:%(user_id)s',
  },
  check: 'role:reader or user_id:%(user_id)s',
  operations: [
    'Query.effectivePermissions',
    'Query.effectiveRoleAssignments',
    'Query.whoCan',
    'Query.explainDecision',
    'EffectivePermissions.*',
    'EffectivePermission.*',
    'EffectiveRoleAssignment.*',
    'RolePath.*',
    'CapablePrincipal.*',
    'DecisionExplanation.*',
    'CheckExplanation.*',
    'MissingGrant.*',
  ],
});

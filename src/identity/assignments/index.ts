export { byGrantRule, type ReadGiven, readsGiven, readsGivenItself } from './asked.js';
export {
  effectiveRoles,
  holdsAt,
  holdsOn,
  isGivenOn,
  isHeldBy,
  isInForce,
  listGivenOn,
  listHeldBy,
  listHeldByGroup,
  listHeldOn,
  type RoleScope,
  type RolesInForce,
  rolesInForce,
} from './effective.js';
export { HIERARCHY, implies } from './grant-rule.js';
export { type HeldScope, listHeldScopes, WIDEST_FIRST } from './held-scopes.js';
export { requireSystemAdmin } from './last-admin.js';
export { requireMayGrant, requireMayImply, requireMayRevoke } from './require-grant.js';

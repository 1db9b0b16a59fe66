export {
  effectiveRoles,
  holdsOn,
  isGivenOn,
  isInForce,
  listGivenOn,
  listHeldBy,
  listHeldByGroup,
  listHeldOn,
  type RoleScope,
} from './effective.js';
export { requireMayGive } from './giving.js';
export { requireSystemAdmin } from './last-admin.js';

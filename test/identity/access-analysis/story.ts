export const PERMISSIONS = `query ($principal: PrincipalRef!, $scope: ScopeRef) {
  effectivePermissions(principal: $principal, scope: $scope) {
    user { id } agent { id } scope { type } roles
    permissions { policy dependsOnTarget roles
      paths { assignmentId scope { type } isInherited at { type project { id } } groupId groupName roles } } } }`;
export const EXPLAIN = `query ($principal: PrincipalRef!, $scope: ScopeRef, $policy: String!, $target: ID) {
  explainDecision(principal: $principal, scope: $scope, policy: $policy, targetId: $target) {
    outcome scope { type } scopeTypes roles obstacle missing { role scope { type } }
    checks { depth check value isBoundary isDeciding held target } } }`;
export const WHO_CAN = `query ($policy: String!, $target: ID, $scope: ScopeRef, $first: Int, $after: String) {
  whoCan(policy: $policy, targetId: $target, scope: $scope, first: $first, after: $after) {
    access openScopeTypes hiddenCount
    nodes { user { id } agent { id } roles paths { assignmentId isInherited at { type } groupName roles } }
    pageInfo { hasNextPage endCursor } } }`;
/** The same without the ways, which make pages dear. */
export const WHO_CAN_BRIEFLY = `query ($policy: String!, $target: ID, $scope: ScopeRef, $first: Int) {
  whoCan(policy: $policy, targetId: $target, scope: $scope, first: $first) {
    openScopeTypes hiddenCount nodes { user { id } } } }`;
export const EFFECTIVE = `query ($filter: EffectiveRoleAssignmentFilter, $first: Int, $after: String) {
  effectiveRoleAssignments(filter: $filter, first: $first, after: $after) {
    nodes { user { id } roles isInForce path { assignmentId isInherited groupName roles scope { type } at { type } } }
    pageInfo { hasNextPage endCursor } } }`;

/** GraphQL documents that ask who may do what, and why. */

const PATH = `{
  assignmentId isInherited groupId groupName roles expiresAt
  scope { type domain { id name } project { id name } }
  at { type domain { id name } project { id name } }
}`;
const PRINCIPAL = 'user { id name domain { id name } } agent { id name }';
const ABOUT = '$policy: String!, $targetId: ID, $scope: ScopeRef';

export const EFFECTIVE_PERMISSIONS = `query EffectivePermissions($principal: PrincipalRef!, $scope: ScopeRef) {
  item: effectivePermissions(principal: $principal, scope: $scope) {
    ${PRINCIPAL}
    scope { type domain { id name } project { id name } }
    roles
    permissions { policy dependsOnTarget roles paths ${PATH} }
  }
}`;

export const EFFECTIVE_ASSIGNMENTS = `query EffectiveRoleAssignments($first: Int, $after: String, $filter: EffectiveRoleAssignmentFilter) {
  items: effectiveRoleAssignments(first: $first, after: $after, filter: $filter) {
    nodes { user { id name domain { id name } } roles isInForce path ${PATH} }
    pageInfo { hasNextPage endCursor }
  }
}`;

export const WHO_CAN = `query WhoCan(${ABOUT}, $first: Int, $after: String) {
  items: whoCan(policy: $policy, targetId: $targetId, scope: $scope, first: $first, after: $after) {
    nodes { ${PRINCIPAL} roles paths ${PATH} }
    pageInfo { hasNextPage endCursor }
  }
}`;

export const WHO_ELSE_CAN = `query WhoElseCan(${ABOUT}) {
  item: whoCan(policy: $policy, targetId: $targetId, scope: $scope, first: 1) { access openScopeTypes hiddenCount }
}`;

export const EXPLAIN_DECISION = `query ExplainDecision($principal: PrincipalRef!, ${ABOUT}) {
  item: explainDecision(principal: $principal, policy: $policy, targetId: $targetId, scope: $scope) {
    outcome obstacle scopeTypes roles
    scope { type domain { id name } project { id name } }
    missing { role scope { type domain { id name } project { id name } } }
    checks { depth check value isBoundary isDeciding held target }
  }
}`;

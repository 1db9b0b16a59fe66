/** GraphQL documents about identity. Objects are aliased `item`, connections `items`, mutations `payload`. */

const PAGE = '$first: Int, $after: String';
const PAGE_INFO = 'pageInfo { hasNextPage endCursor }';

export const ISSUE_TOKEN = `mutation IssueToken($input: IssueTokenInput!) {
  payload: issueToken(input: $input) { token expiresAt userErrors { code message path } }
}`;

export const REVOKE_TOKEN = `mutation RevokeToken($input: RevokeTokenInput!) {
  payload: revokeToken(input: $input) { tokenId userErrors { code message path } }
}`;

export const VIEWER = `query Viewer {
  item: viewer {
    kind
    user { id name domain { name } }
    agent { id name }
    scope { type domain { id name } project { id name } }
    roles expiresAt permissions
  }
}`;

export const LIST_DOMAINS = `query Domains(${PAGE}, $filter: DomainFilter) {
  items: domains(first: $first, after: $after, filter: $filter) { nodes { id name description createdAt etag } ${PAGE_INFO} }
}`;

export const CREATE_DOMAIN = `mutation CreateDomain($input: CreateDomainInput!) {
  payload: createDomain(input: $input) { domain { id name description createdAt } userErrors { code message path } }
}`;

export const LIST_PROJECTS = `query Projects(${PAGE}, $filter: ProjectFilter) {
  items: projects(first: $first, after: $after, filter: $filter) {
    nodes { id name description domain { id name } parent { id name } createdAt etag }
    ${PAGE_INFO}
  }
}`;

export const CREATE_PROJECT = `mutation CreateProject($input: CreateProjectInput!) {
  payload: createProject(input: $input) {
    project { id name description domain { id name } parent { id name } createdAt }
    userErrors { code message path }
  }
}`;

export const LIST_USERS = `query Users(${PAGE}, $filter: UserFilter) {
  items: users(first: $first, after: $after, filter: $filter) {
    nodes { id name isEnabled domain { id name } createdAt etag }
    ${PAGE_INFO}
  }
}`;

export const CREATE_USER = `mutation CreateUser($input: CreateUserInput!) {
  payload: createUser(input: $input) {
    user { id name isEnabled domain { id name } createdAt }
    userErrors { code message path }
  }
}`;

const ROLE =
  '{ id name description domain { id name } implies impliedRoles { id name } isImmutable isSystemOnly etag }';

export const LIST_ROLES = `query Roles(${PAGE}, $filter: RoleFilter) {
  items: roles(first: $first, after: $after, filter: $filter) { nodes ${ROLE} ${PAGE_INFO} }
}`;

export const GET_ROLE = `query Role($id: ID!) {
  item: role(id: $id) ${ROLE}
}`;

export const CREATE_ROLE = `mutation CreateRole($input: CreateRoleInput!) {
  payload: createRole(input: $input) { role ${ROLE} userErrors { code message path } }
}`;

export const UPDATE_ROLE = `mutation UpdateRole($input: UpdateRoleInput!) {
  payload: updateRole(input: $input) { role ${ROLE} userErrors { code message path } }
}`;

export const DELETE_ROLE = `mutation DeleteRole($input: DeleteRoleInput!) {
  payload: deleteRole(input: $input) { roleId userErrors { code message path } }
}`;

export const ADD_IMPLIED_ROLE = `mutation AddImpliedRole($input: AddImpliedRoleInput!) {
  payload: addImpliedRole(input: $input) { role ${ROLE} userErrors { code message path } }
}`;

export const REMOVE_IMPLIED_ROLE = `mutation RemoveImpliedRole($input: RemoveImpliedRoleInput!) {
  payload: removeImpliedRole(input: $input) { role ${ROLE} userErrors { code message path } }
}`;

const USER = '{ id name isEnabled mustChangePassword domain { id name } createdAt }';

export const SET_USER_PASSWORD = `mutation SetUserPassword($input: SetUserPasswordInput!) {
  payload: setUserPassword(input: $input) { user ${USER} userErrors { code message path } }
}`;

export const ENABLE_USER = `mutation EnableUser($input: EnableUserInput!) {
  payload: enableUser(input: $input) { user ${USER} userErrors { code message path } }
}`;

export const DISABLE_USER = `mutation DisableUser($input: DisableUserInput!) {
  payload: disableUser(input: $input) { user ${USER} userErrors { code message path } }
}`;

const ASSIGNMENT = `{
  id role roleDomain { name } isInherited notBefore expiresAt reason createdAt
  user { id name domain { name } }
  group { id name }
  scope { type domain { id name } project { id name } }
}`;

export const LIST_ASSIGNMENTS = `query RoleAssignments(${PAGE}, $filter: RoleAssignmentFilter) {
  items: roleAssignments(first: $first, after: $after, filter: $filter) { nodes ${ASSIGNMENT} ${PAGE_INFO} }
}`;

export const GRANT_ROLE = `mutation GrantRole($input: GrantRoleInput!) {
  payload: grantRole(input: $input) { roleAssignment ${ASSIGNMENT} userErrors { code message path } }
}`;

export const REVOKE_ROLE = `mutation RevokeRole($input: RevokeRoleInput!) {
  payload: revokeRole(input: $input) { roleAssignmentId userErrors { code message path } }
}`;

const POLICY = '{ name description access scopeTypes checks { scopeType check boundary } operations }';

export const LIST_POLICIES = `query Policies {
  items: policies ${POLICY}
}`;

export const GET_POLICY = `query Policy($name: String!) {
  item: policy(name: $name) {
    name description access scopeTypes operations isEssential override
    checks { scopeType check boundary } defaultChecks { scopeType check boundary }
  }
}`;

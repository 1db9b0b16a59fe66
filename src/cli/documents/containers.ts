/** GraphQL documents that show, change and delete domains, projects and users; the others are in identity.ts. */

const ERRORS = 'userErrors { code message path }';
const DOMAIN = '{ id name description createdAt etag }';
const PROJECT = '{ id name description domain { id name } parent { id name } createdAt etag }';
const USER = '{ id name isEnabled domain { id name } createdAt etag }';

export const GET_DOMAIN = `query Domain($id: ID!) {
  item: domain(id: $id) ${DOMAIN}
}`;

export const UPDATE_DOMAIN = `mutation UpdateDomain($input: UpdateDomainInput!) {
  payload: updateDomain(input: $input) { domain ${DOMAIN} ${ERRORS} }
}`;

export const DELETE_DOMAIN = `mutation DeleteDomain($input: DeleteDomainInput!) {
  payload: deleteDomain(input: $input) { domainId ${ERRORS} }
}`;

export const GET_PROJECT = `query Project($id: ID!) {
  item: project(id: $id) ${PROJECT}
}`;

export const UPDATE_PROJECT = `mutation UpdateProject($input: UpdateProjectInput!) {
  payload: updateProject(input: $input) { project ${PROJECT} ${ERRORS} }
}`;

export const DELETE_PROJECT = `mutation DeleteProject($input: DeleteProjectInput!) {
  payload: deleteProject(input: $input) { projectId ${ERRORS} }
}`;

export const GET_USER = `query User($id: ID!) {
  item: user(id: $id) ${USER}
}`;

export const UPDATE_USER = `mutation UpdateUser($input: UpdateUserInput!) {
  payload: updateUser(input: $input) { user ${USER} ${ERRORS} }
}`;

export const DELETE_USER = `mutation DeleteUser($input: DeleteUserInput!) {
  payload: deleteUser(input: $input) { userId ${ERRORS} }
}`;

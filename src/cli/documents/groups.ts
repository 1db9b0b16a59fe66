/** GraphQL documents about groups. */

const ERRORS = 'userErrors { code message path }';
const GROUP = '{ id name description domain { id name } createdAt etag }';
const PAGE_INFO = 'pageInfo { hasNextPage endCursor }';

export const LIST_GROUPS = `query Groups($first: Int, $after: String, $filter: GroupFilter) {
  items: groups(first: $first, after: $after, filter: $filter) { nodes ${GROUP} ${PAGE_INFO} }
}`;

export const GET_GROUP = `query Group($id: ID!) {
  item: group(id: $id) ${GROUP}
}`;

export const LIST_MEMBERS = `query Members($id: ID!, $first: Int, $after: String) {
  item: group(id: $id) {
    items: members(first: $first, after: $after) {
      nodes { id name isEnabled domain { id name } createdAt }
      ${PAGE_INFO}
    }
  }
}`;

export const CREATE_GROUP = `mutation CreateGroup($input: CreateGroupInput!) {
  payload: createGroup(input: $input) { group ${GROUP} ${ERRORS} }
}`;

export const UPDATE_GROUP = `mutation UpdateGroup($input: UpdateGroupInput!) {
  payload: updateGroup(input: $input) { group ${GROUP} ${ERRORS} }
}`;

export const DELETE_GROUP = `mutation DeleteGroup($input: DeleteGroupInput!) {
  payload: deleteGroup(input: $input) { groupId ${ERRORS} }
}`;

export const ADD_GROUP_MEMBER = `mutation AddGroupMember($input: AddGroupMemberInput!) {
  payload: addGroupMember(input: $input) { group { id name } user { id name } ${ERRORS} }
}`;

export const REMOVE_GROUP_MEMBER = `mutation RemoveGroupMember($input: RemoveGroupMemberInput!) {
  payload: removeGroupMember(input: $input) { group { id name } user { id name } ${ERRORS} }
}`;

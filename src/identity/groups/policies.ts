import { definePolicy, defineTarget } from '../../platform/policy/index.js';
import { changingInDomain } from '../domains/index.js';
import { type GroupRow, groups } from './tables.js';

const target = defineTarget<GroupRow>()(groups, {
  id: { type: 'text', row: (row) => row.id, sql: (t) => t.id },
  domain_id: { type: 'text', row: (row) => row.domainId, sql: (t) => t.domainId },
});

/** A group of a domain can hold roles outside the domain; only system administrators change such a group. */
const changingGroups = { ...changingInDomain, target } as const;

export const groupGet = definePolicy<GroupRow>({
  name: 'group:get',
  description: "Read groups: all of them at system scope, and those of the caller's own domain.",
  scopeTypes: ['system', 'domain'],
  target,
  boundary: changingInDomain.boundary,
  check: 'role:reader',
  operations: ['Query.group', 'Query.groups', 'Group.*'],
});

export const groupCreate = definePolicy({
  name: 'group:create',
  description: "Create a group in the caller's own domain.",
  scopeTypes: ['domain'],
  check: 'role:manager',
  operations: ['Mutation.createGroup'],
});

export const groupUpdate = definePolicy<GroupRow>({
  ...changingGroups,
  name: 'group:update',
  description:
    'Change the name or description of a group. Requires permission to revoke every role that the group holds.',
  operations: ['Mutation.updateGroup'],
});

export const groupDelete = definePolicy<GroupRow>({
  ...changingGroups,
  name: 'group:delete',
  description: 'Delete a group. Requires permission to revoke every role that the group holds.',
  operations: ['Mutation.deleteGroup'],
});

export const groupAddMember = definePolicy<GroupRow>({
  ...changingGroups,
  name: 'group:add_member',
  description: 'Add users to a group. Requires permission to grant every role that the group holds.',
  operations: ['Mutation.addGroupMember'],
});

export const groupRemoveMember = definePolicy<GroupRow>({
  ...changingGroups,
  name: 'group:remove_member',
  description: 'Remove members from a group. Requires permission to revoke every role that the group holds.',
  operations: ['Mutation.removeGroupMember'],
});

export const groupPolicies = [groupGet, groupCreate, groupUpdate, groupDelete, groupAddMember, groupRemoveMember];

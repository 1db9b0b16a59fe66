import { definePolicy, defineTarget } from '../../platform/policy/index.js';
import { type AssignmentRow, roleAssignments } from './tables.js';

/** What policies read: the holder, and the domain of the assignment. */
export type AssignmentPlace = Pick<AssignmentRow, 'userId' | 'domainId'>;

const target = defineTarget<AssignmentPlace>()(roleAssignments, {
  user_id: { type: 'text', row: (row) => row.userId, sql: (t) => t.userId },
  domain_id: { type: 'text', row: (row) => row.domainId, sql: (t) => t.domainId },
});

export const assignmentList = definePolicy<AssignmentPlace>({
  name: 'assignment:list',
  description:
    "Read role assignments: all of them at system scope, those in the caller's own domain, and the caller's own.",
  scopeTypes: ['system', 'domain', 'project'],
  target,
  boundary: {
    system: '@',
    domain: 'domain_id:%(domain_id)s or user_id:%(user_id)s',
    project: 'user_id:%(user_id)s',
  },
  check: 'role:reader or user_id:%(user_id)s',
  operations: ['Query.roleAssignments', 'RoleAssignment.*'],
});

export const assignmentGrant = definePolicy<AssignmentPlace>({
  name: 'assignment:grant',
  description: "Grant and revoke roles that the caller holds, on scopes inside the caller's own.",
  scopeTypes: ['system', 'domain'],
  target,
  boundary: { system: '@', domain: 'domain_id:%(domain_id)s' },
  check: { system: 'role:admin', domain: 'role:manager' },
  isForCredentials: false,
  operations: ['Mutation.grantRole', 'Mutation.revokeRole'],
  isEssential: true,
});

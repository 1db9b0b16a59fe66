import { definePolicy, defineTarget } from '../../platform/policy/index.js';
import { type AssignmentRow, roleAssignments } from './tables.js';

/** What policies look at: who holds it, and the domain that it is in. */
export type AssignmentPlace = Pick<AssignmentRow, 'userId' | 'domainId'>;

const target = defineTarget<AssignmentPlace>()(roleAssignments, {
  user_id: { type: 'text', row: (row) => row.userId, sql: (t) => t.userId },
  domain_id: { type: 'text', row: (row) => row.domainId, sql: (t) => t.domainId },
});

export const assignmentList = definePolicy<AssignmentPlace>({
  name: 'assignment:list',
  description: 'Read role assignments: all in the system, those in an own domain, and one’s own.',
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
  description: 'Give roles that one holds, on a scope inside the own one, and take them away.',
  scopeTypes: ['system', 'domain'],
  target,
  boundary: { system: '@', domain: 'domain_id:%(domain_id)s' },
  check: { system: 'role:admin', domain: 'role:manager' },
  isForCredentials: false,
  operations: ['Mutation.grantRole', 'Mutation.revokeRole'],
  isEssential: true,
});

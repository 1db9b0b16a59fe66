import type { Reference } from '../authority/index.js';
import { agents } from './agents/tables.js';
import { roleAssignments } from './assignments/tables.js';
import { apiCredentials } from './credentials/tables.js';
import { groupMembers, groups } from './groups/tables.js';
import { projects } from './projects/tables.js';
import { roleImplications, roles } from './roles/tables.js';
import { tokens } from './tokens/tables.js';
import { users } from './users/tables.js';

/** References that block a deletion; error messages use this order. */
const KEEPING: readonly Reference[] = [
  { to: 'Domain', column: projects.domainId, keepsAs: ['project', 'projects'] },
  { to: 'Project', column: projects.parentId, keepsAs: ['project', 'projects'] },
  { to: 'Domain', column: users.domainId, keepsAs: ['user', 'users'] },
  { to: 'Domain', column: groups.domainId, keepsAs: ['group', 'groups'] },
  { to: 'Domain', column: roles.domainId, keepsAs: ['role', 'roles'] },
  { to: 'Domain', column: agents.domainId, keepsAs: ['agent', 'agents'] },
  { to: 'Project', column: agents.projectId, keepsAs: ['agent', 'agents'] },
  {
    to: 'Role',
    column: roleAssignments.roleId,
    keepsAs: ['assignment of this role', 'assignments of this role'],
  },
  { to: 'Role', column: roleImplications.impliedRoleId, keepsAs: ['role that implies it', 'roles that imply it'] },
];

/** Rows that are removed with the object: `removal` does that for scopes, users and groups. */
const GOING_ALONG: readonly Reference[] = [
  { to: 'Role', column: roleImplications.roleId },
  { to: 'Domain', column: roleAssignments.domainId },
  { to: 'Project', column: roleAssignments.projectId },
  { to: 'User', column: roleAssignments.userId },
  { to: 'Group', column: roleAssignments.groupId },
  { to: 'User', column: groupMembers.userId },
  { to: 'Group', column: groupMembers.groupId },
  { to: 'Domain', column: apiCredentials.domainId },
  { to: 'Project', column: apiCredentials.projectId },
  { to: 'User', column: apiCredentials.userId },
  // The user's domain; the user itself blocks its deletion.
  { to: 'Domain', column: apiCredentials.userDomainId },
  { to: 'Domain', column: tokens.domainId },
  { to: 'Project', column: tokens.projectId },
  { to: 'User', column: tokens.userId },
  { to: 'Agent', column: tokens.agentId },
  { to: 'ApiCredential', column: tokens.credentialId },
  { to: 'Token', column: tokens.parentId },
];

export const identityReferences: readonly Reference[] = [...KEEPING, ...GOING_ALONG];

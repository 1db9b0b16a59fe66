import type { Searchable } from '../authority/index.js';
import { domainGet } from './domains/policies.js';
import { domains } from './domains/tables.js';
import { groupGet } from './groups/policies.js';
import { groups } from './groups/tables.js';
import { projectGet } from './projects/policies.js';
import { projects } from './projects/tables.js';
import { roleGet } from './roles/policies.js';
import { roles } from './roles/tables.js';
import { userGet } from './users/policies.js';
import { users } from './users/tables.js';

/** Names of roles are in lower case. */
const inLowerCase = (text: string) => text.toLowerCase();

export const identitySearchable = [
  { of: 'Domain', table: domains, name: domains.name, read: domainGet },
  { of: 'Project', table: projects, name: projects.name, read: projectGet, domainId: projects.domainId },
  { of: 'User', table: users, name: users.name, read: userGet, domainId: users.domainId },
  { of: 'Group', table: groups, name: groups.name, read: groupGet, domainId: groups.domainId },
  { of: 'Role', table: roles, name: roles.name, nameOf: inLowerCase, read: roleGet, domainId: roles.domainId },
] as unknown as readonly Searchable[];

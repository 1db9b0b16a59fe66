import type { Command } from 'commander';
import { LIST_ASSIGNMENTS } from '../documents/identity.js';
import type { Column } from '../output.js';
import { listAll } from '../paging.js';
import { openSession, printList } from '../session.js';
import { collect, verb, withLimit } from '../verb.js';

export const ASSIGNMENT_COLUMNS: readonly Column[] = [
  ['ID', 'id'],
  ['USER', 'user.name'],
  ['GROUP', 'group.name'],
  ['ROLE', 'role'],
  ['ROLE OF', 'roleDomain.name'],
  ['SCOPE', 'scope.type'],
  ['DOMAIN', 'scope.domain.name'],
  ['PROJECT', 'scope.project.name'],
  ['INHERITED', 'isInherited'],
  ['FROM', 'notBefore'],
  ['UNTIL', 'expiresAt'],
];

interface ListOptions {
  readonly userId?: string[];
  readonly groupId?: string[];
  readonly role?: string[];
  readonly projectId?: string[];
  readonly domainId?: string[];
  readonly limit: number;
}

export function registerAssignment(noun: Command): void {
  withAssignmentList(verb(noun, 'list', 'list role assignments', 'bailiwick assignment list --role admin'));
}

/** Makes a command list role assignments. */
export function withAssignmentList(command: Command): void {
  withLimit(command)
    .option('--user-id <id>', 'of this user; may be repeated', collect)
    .option('--group-id <id>', 'of this group; may be repeated', collect)
    .option('--role <name>', 'of this role; may be repeated', collect)
    .option('--project-id <id>', 'on this project; may be repeated', collect)
    .option('--domain-id <id>', 'on this domain; may be repeated', collect)
    .action(async ({ userId, groupId, role, projectId, domainId, limit }: ListOptions, self: Command) => {
      const session = await openSession(self);
      const holders = { userIds: userId, groupIds: groupId };
      const filter = { ...holders, roles: role, projectIds: projectId, domainIds: domainId };
      printList(session, await listAll(session, LIST_ASSIGNMENTS, { filter }, limit), ASSIGNMENT_COLUMNS);
    });
}

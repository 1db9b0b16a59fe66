import type { Command } from 'commander';
import { LIST_ASSIGNMENTS } from '../documents/identity.js';
import type { Column } from '../output.js';
import { listAll } from '../paging.js';
import { openSession, printList } from '../session.js';
import { collect, verb, withLimit } from '../verb.js';

export const ASSIGNMENT_COLUMNS: readonly Column[] = [
  ['ID', 'id'],
  ['USER', 'user.name'],
  ['ROLE', 'role'],
  ['SCOPE', 'scope.type'],
  ['DOMAIN', 'scope.domain.name'],
  ['PROJECT', 'scope.project.name'],
  ['INHERITED', 'isInherited'],
  ['EXPIRES', 'expiresAt'],
];

interface ListOptions {
  readonly userId?: string[];
  readonly role?: string[];
  readonly projectId?: string[];
  readonly domainId?: string[];
  readonly limit: number;
}

export function registerAssignment(noun: Command): void {
  withLimit(verb(noun, 'list', 'list role assignments', 'bailiwick assignment list --role admin'))
    .option('--user-id <id>', 'of this user; may be repeated', collect)
    .option('--role <name>', 'of this role; may be repeated', collect)
    .option('--project-id <id>', 'on this project; may be repeated', collect)
    .option('--domain-id <id>', 'on this domain; may be repeated', collect)
    .action(async ({ userId, role, projectId, domainId, limit }: ListOptions, self: Command) => {
      const session = await openSession(self);
      const filter = { userIds: userId, roles: role, projectIds: projectId, domainIds: domainId };
      printList(session, await listAll(session, LIST_ASSIGNMENTS, { filter }, limit), ASSIGNMENT_COLUMNS);
    });
}

import type { Command } from 'commander';
import {
  type AssignmentFragment,
  EffectiveRoleAssignmentsDocument,
  RoleAssignmentsDocument,
} from '../../generated/documents.js';
import { CliError, EXIT } from '../common/errors.js';
import { type Column, toJson } from '../common/output.js';
import { listAll } from '../common/paging.js';
import { formatPath, formatPrincipal, formatScope } from '../common/paths.js';
import { type ScopeOptions, scopeRef, withScope } from '../common/scopes.js';
import { openSession, printList, type Session } from '../common/session.js';
import { print } from '../common/terminal.js';
import { collect, verb, withLimit } from '../common/verb.js';

export const ASSIGNMENT_COLUMNS: readonly Column<AssignmentFragment>[] = [
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

interface ListOptions extends ScopeOptions {
  readonly effective?: boolean;
  readonly userId?: string[];
  readonly groupId?: string[];
  readonly role?: string[];
  readonly projectId?: string[];
  readonly domainId?: string[];
  readonly limit: number;
}

const EFFECTIVE_COLUMNS = [
  ['USER', 'name'],
  ['ROLES', 'roles'],
  ['AT', 'at'],
  ['IN FORCE', 'isInForce'],
  ['HOW', 'how'],
  ['ASSIGNMENT', 'path.assignmentId'],
] as const;

export function registerAssignment(noun: Command): void {
  withAssignmentList(
    verb(noun, 'list', 'list role assignments', 'bailiwick assignment list --effective --project web'),
  );
}

/** Makes a command list role assignments. */
export function withAssignmentList(command: Command): void {
  withScope(withLimit(command))
    .option('--user-id <id>', 'of this user; may be repeated', collect)
    .option('--group-id <id>', 'of this group; may be repeated', collect)
    .option('--role <name>', 'of this role; may be repeated', collect)
    .option('--project-id <id>', 'on this project; may be repeated', collect)
    .option('--domain-id <id>', 'on this domain; may be repeated', collect)
    .option('--effective', 'one line per user, with groups and inheritance; with a scope, what is in force there')
    .action(async (options: ListOptions, self: Command) => {
      const session = await openSession(self);
      if (options.effective) return listEffective(session, options);
      const { userId, groupId, role, projectId, domainId, limit } = options;
      if (scopeRef(options) !== null)
        throw new CliError('a scope belongs to --effective; without it, name ids', EXIT.usage);
      const holders = { userIds: userId, groupIds: groupId };
      const filter = { ...holders, roles: role, projectIds: projectId, domainIds: domainId };
      printList(session, await listAll(session, RoleAssignmentsDocument, { filter }, limit), ASSIGNMENT_COLUMNS);
    });
}

async function listEffective(session: Session, options: ListOptions): Promise<void> {
  const { userId, role, projectId, domainId, limit } = options;
  if (projectId ?? domainId)
    throw new CliError('with --effective name a scope: --domain-scope or --project', EXIT.usage);
  const filter = { userIds: userId, roles: role, scope: scopeRef(options) };
  const rows = await listAll(session, EffectiveRoleAssignmentsDocument, { filter }, limit);
  if (session.format === 'json') return print(toJson(rows));
  const tableRows = rows.map((row) => {
    const { path } = row;
    return { ...row, name: formatPrincipal(row), at: formatScope(path.at), how: formatPath(path) };
  });
  printList(session, tableRows, EFFECTIVE_COLUMNS);
}

import type { Command } from 'commander';
import {
  type AssignmentFragment,
  EffectiveRoleAssignmentsDocument,
  type EffectiveRoleAssignmentsQuery,
  RoleAssignmentsDocument,
} from '../../generated/documents.js';
import { CliError, EXIT } from '../common/errors.js';
import { listAll } from '../common/paging.js';
import { formatPath, formatPrincipal, formatScope } from '../common/paths.js';
import { type ScopeOptions, scopeRef, withScope } from '../common/scopes.js';
import { openSession, printList, type Session } from '../common/session.js';
import type { Table } from '../common/table.js';
import { collect, verb, withLimit } from '../common/verb.js';
import { withColumns } from '../common/view.js';

export const ASSIGNMENTS: Table<AssignmentFragment> = {
  plural: 'role assignments',
  columns: [
    ['Holder', ({ user, group }) => (group === null ? user?.name : `group ${group.name}`)],
    ['Role', 'role'],
    ['On', ({ scope }) => formatScope(scope)],
    ['Id', 'id'],
  ],
  wide: [
    ['Role of', 'roleDomain.name'],
    ['Inherited', 'isInherited'],
    ['From', 'notBefore'],
    ['Until', 'expiresAt'],
    ['Reason', 'reason'],
  ],
};

interface ListOptions extends ScopeOptions {
  readonly effective?: boolean;
  readonly userId?: string[];
  readonly groupId?: string[];
  readonly role?: string[];
  readonly projectId?: string[];
  readonly domainId?: string[];
  readonly limit: number;
}

type Effective = NonNullable<EffectiveRoleAssignmentsQuery['items']>['nodes'][number];

const EFFECTIVE: Table<Effective> = {
  plural: 'role assignments',
  columns: [
    ['User', formatPrincipal],
    ['Roles', 'roles'],
    ['At', ({ path }) => formatScope(path.at)],
    ['In force', 'isInForce'],
  ],
  wide: [
    ['How', ({ path }) => formatPath(path)],
    ['Assignment', 'path.assignmentId'],
  ],
  name: formatPrincipal,
};

export function registerAssignment(noun: Command): void {
  withAssignmentList(
    verb(noun, 'list', 'list role assignments', 'bailiwick assignment list --effective --project web'),
  );
}

/** Makes a command list role assignments. */
export function withAssignmentList(command: Command): void {
  withColumns(withScope(withLimit(command)), ASSIGNMENTS, EFFECTIVE)
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
      printList(session, await listAll(session, RoleAssignmentsDocument, { filter }, limit), ASSIGNMENTS);
    });
}

async function listEffective(session: Session, options: ListOptions): Promise<void> {
  const { userId, role, projectId, domainId, limit } = options;
  if (projectId ?? domainId)
    throw new CliError('with --effective name a scope: --domain-scope or --project', EXIT.usage);
  const filter = { userIds: userId, roles: role, scope: scopeRef(options) };
  printList(session, await listAll(session, EffectiveRoleAssignmentsDocument, { filter }, limit), EFFECTIVE);
}

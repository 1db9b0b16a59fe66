import type { Command } from 'commander';
import { request } from '../client.js';
import { GRANT_ROLE, LIST_ROLES, REVOKE_ROLE } from '../documents/identity.js';
import { CliError, EXIT } from '../errors.js';
import type { Column, Row } from '../output.js';
import { userRef } from '../refs.js';
import { type ScopeOptions, scopeRef, withScope } from '../scopes.js';
import { openSession, printList, printObject, send } from '../session.js';
import { verb } from '../verb.js';
import { ASSIGNMENT_COLUMNS } from './assignment.js';

interface GrantOptions extends ScopeOptions {
  readonly inherited?: boolean;
  readonly notBefore?: string;
  readonly expiresAt?: string;
  readonly reason?: string;
}

const COLUMNS: readonly Column[] = [
  ['NAME', 'name'],
  ['IMPLIES', 'implies'],
  ['IMMUTABLE', 'isImmutable'],
];

export function registerRole(noun: Command): void {
  verb(noun, 'list', 'list roles with what they imply', 'bailiwick role list').action(
    async (_options: object, self: Command) => {
      const session = await openSession(self);
      const { items } = await request<{ items: Row[] | null }>(session.connection, LIST_ROLES);
      printList(session, items ?? [], COLUMNS);
    },
  );
  const grant = verb(
    noun,
    'grant <user> <role>',
    'give a user a role on a scope',
    'bailiwick role grant alice member --project web',
  );
  withScope(grant)
    .option('--inherited', 'for everything inside the scope instead of the scope itself')
    .option('--not-before <time>', 'from when it holds, RFC 3339')
    .option('--expires-at <time>', 'until when it holds, RFC 3339')
    .option('--reason <text>', 'why')
    .action(async (user: string, role: string, options: GrantOptions, self: Command) => {
      const session = await openSession(self);
      const { roleAssignment } = await send<{ roleAssignment: Row }>(session, GRANT_ROLE, toInput(user, role, options));
      printObject(session, roleAssignment, ASSIGNMENT_COLUMNS);
    });
  verb(noun, 'revoke <assignment-id>', 'take a role assignment away', 'bailiwick role revoke asg_…').action(
    async (roleAssignmentId: string, _options: object, self: Command) => {
      const session = await openSession(self);
      await send(session, REVOKE_ROLE, { roleAssignmentId });
      printObject(session, { id: roleAssignmentId }, [['Revoked', 'id']]);
    },
  );
}

function toInput(user: string, role: string, options: GrantOptions): Record<string, unknown> {
  const scope = scopeRef(options);
  if (scope === null) throw new CliError('name a scope: --system, --domain-scope or --project', EXIT.usage);
  const { inherited = false, notBefore, expiresAt, reason } = options;
  return { user: userRef(user), role, scope, isInherited: inherited, notBefore, expiresAt, reason };
}

import type { Command } from 'commander';
import { GrantRoleDocument, RevokeRoleDocument } from '../../generated/documents.js';
import { CliError, EXIT } from '../common/errors.js';
import { groupRef, userRef } from '../common/refs.js';
import { type ScopeOptions, scopeRef, withScope } from '../common/scopes.js';
import { openSession, printObject, type Session, send } from '../common/session.js';
import { verb } from '../common/verb.js';
import { ASSIGNMENTS } from './assignment.js';
import { findRole } from './role-lookup.js';

interface GrantOptions extends ScopeOptions {
  readonly group?: boolean;
  readonly inherited?: boolean;
  readonly from?: string;
  readonly until?: string;
  readonly reason?: string;
  readonly roleEtag?: string;
}

export function registerGrant(noun: Command): void {
  const grant = verb(
    noun,
    'grant <holder> <role>',
    'grant a user or a group a role on a scope',
    'bailiwick role grant alice member --project web',
  );
  withScope(grant)
    .option('--group', 'the holder is a group')
    .option('--inherited', 'for everything inside the scope instead of the scope itself')
    .option('--from <time>', 'when the role begins, RFC 3339')
    .option('--until <time>', 'when the role ends, RFC 3339')
    .option('--reason <text>', 'why')
    .option(
      '--role-etag <etag>',
      'the etag of the reviewed role; if it or a role that it implies changed since, nothing is granted',
    )
    .action(async (holder: string, role: string, options: GrantOptions, self: Command) => {
      const scope = scopeRef(options);
      if (scope === null) throw new CliError('name a scope: --system, --domain-scope or --project', EXIT.usage);
      const session = await openSession(self);
      const { group, inherited = false, from: notBefore, until: expiresAt, reason } = options;
      const input = {
        ...(group ? { group: groupRef(holder) } : { user: userRef(holder) }),
        ...(await roleInput(session, role, options.roleEtag)),
        ...{ scope, isInherited: inherited, notBefore, expiresAt, reason },
      };
      const { roleAssignment } = await send(session, GrantRoleDocument, input, 'roleAssignment');
      printObject(session, roleAssignment, ASSIGNMENTS);
    });
}

/** The role at the reviewed etag, or at its current one; the etag covers all that it implies. */
async function roleInput(session: Session, text: string, etag: string | undefined) {
  const role = await findRole(session, text);
  return { role: { id: role.id }, roleEtag: etag ?? role.etag };
}

interface RevokeOptions {
  readonly force?: boolean;
  readonly reason?: string;
}

export function registerRevoke(noun: Command): void {
  verb(noun, 'revoke <assignment-id>', 'revoke a role assignment', 'bailiwick role revoke asg_…')
    .option('--force', 'even from the last administrator of the system; needs a reason')
    .option('--reason <text>', 'why')
    .action(async (roleAssignmentId: string, { force = false, reason }: RevokeOptions, self: Command) => {
      const session = await openSession(self);
      await send(session, RevokeRoleDocument, { roleAssignmentId, isForced: force, reason });
      printObject(session, { id: roleAssignmentId }, { columns: [['Revoked', 'id']] });
    });
}

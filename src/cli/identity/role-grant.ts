import type { Command } from 'commander';
import {
  type AssignmentFragment,
  GrantRoleDocument,
  RevokeRoleDocument,
  RoleAssignmentsDocument,
} from '../../generated/documents.js';
import { CliError, EXIT } from '../common/errors.js';
import { findDomain, findGroup, findProject, findUser } from '../common/find.js';
import { listAll } from '../common/paging.js';
import { groupRef, userRef } from '../common/refs.js';
import { type ForceOptions, forcedInput, withForce } from '../common/resource.js';
import { requireScope, type ScopeOptions, withScope } from '../common/scopes.js';
import { openSession, printGone, printObject, type Session, send } from '../common/session.js';
import { parseFuture } from '../common/times.js';
import { verb } from '../common/verb.js';
import { ASSIGNMENTS } from './assignment.js';
import { findRole } from './role-lookup.js';

/** Who holds a role where. */
interface HoldingOptions extends ScopeOptions {
  readonly group?: boolean;
  readonly inherited?: boolean;
}

interface GrantOptions extends HoldingOptions {
  readonly from?: string;
  readonly until?: string;
  readonly reason?: string;
  readonly roleEtag?: string;
}

const withHolding = (command: Command) =>
  withScope(command)
    .option('--group', 'the holder is a group')
    .option('--inherited', 'for everything inside the scope instead of the scope itself');

export function registerGrant(noun: Command): void {
  const grant = verb(
    noun,
    'grant <holder> <role>',
    'grant a user or a group a role on a scope',
    'bailiwick role grant alice member --project web',
  );
  withHolding(grant)
    .option(
      '--from <time>',
      'when the role begins, for example 2026-01-31T08:00:00Z, or 2d for two days from now',
      parseFuture,
    )
    .option('--until <time>', 'when the role ends', parseFuture)
    .option('--reason <text>', 'why')
    .option(
      '--role-etag <etag>',
      'the etag of the reviewed role; if it or a role that it implies changed since, nothing is granted',
    )
    .action(async (holder: string, role: string, options: GrantOptions, self: Command) => {
      const scope = requireScope(options);
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

type RevokeOptions = HoldingOptions & ForceOptions;

export function registerRevoke(noun: Command): void {
  const revoke = verb(
    noun,
    'revoke <holder> [role]',
    'revoke a role of a user or a group on a scope, or an assignment by its id',
    'bailiwick role revoke alice member --project web',
  );
  withForce(withHolding(revoke)).action(
    async (holder: string, role: string | undefined, options: RevokeOptions, self: Command) => {
      if (role !== undefined) requireScope(options);
      else if (!holder.startsWith('asg_'))
        throw new CliError('name the role and its scope too, or give the id of an assignment, asg_…', EXIT.usage);
      const session = await openSession(self);
      const id = role === undefined ? holder : (await findAssignment(session, holder, role, options)).id;
      await send(session, RevokeRoleDocument, { roleAssignmentId: id, ...forcedInput(options) });
      printGone(session, 'revoked', { id }, role === undefined ? id : `${role} of ${holder}`);
    },
  );
}

/** @throws CliError when nobody holds the role there, which says so if it is held in the other way. */
async function findAssignment(session: Session, holder: string, text: string, options: RevokeOptions) {
  const { group, inherited = false, system, domainScope, project } = options;
  const { id: holderId } = await (group ? findGroup : findUser)(session, holder);
  const { name, domain } = await findRole(session, text);
  const projectId = project === undefined ? undefined : (await findProject(session, project)).id;
  const domainId = domainScope === undefined ? undefined : (await findDomain(session, domainScope)).id;
  const filter = {
    ...(group ? { groupIds: [holderId] } : { userIds: [holderId] }),
    ...{ roles: [name], ...(projectId && { projectIds: [projectId] }), ...(domainId && { domainIds: [domainId] }) },
  };
  const type = scopeTypeOf(system, domainScope);
  const isThere = ({ scope, roleDomain }: AssignmentFragment) =>
    scope.type === type && roleDomain?.name === domain?.name;
  const found = (await listAll(session, RoleAssignmentsDocument, { filter }, ASSIGNMENTS_MAX)).filter(isThere);
  const assignment = found.find(({ isInherited }) => isInherited === inherited);
  if (assignment !== undefined) return assignment;
  const hint = inherited
    ? 'it is held on the scope itself: leave out --inherited'
    : 'it is inherited there: add --inherited';
  const message = `NOT_FOUND: ${holder} does not hold ${text} there.`;
  throw new CliError(message, EXIT.notFound, found.length > 0 ? hint : undefined);
}

/** A holder has a role on a scope at most once in either way, and several domains may have a role of the name. */
const ASSIGNMENTS_MAX = 10_000;

function scopeTypeOf(
  system: boolean | undefined,
  domainScope: string | undefined,
): AssignmentFragment['scope']['type'] {
  if (system) return 'SYSTEM';
  return domainScope === undefined ? 'PROJECT' : 'DOMAIN';
}

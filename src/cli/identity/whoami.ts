import type { Command } from 'commander';
import { ViewerDocument, type ViewerQuery } from '../../generated/documents.js';
import type { Column } from '../common/output.js';
import { get, openSession, printObject } from '../common/session.js';
import { withExample } from '../common/verb.js';

const COLUMNS: readonly Column<NonNullable<ViewerQuery['item']>>[] = [
  ['Kind', 'kind'],
  ['User', 'user.name'],
  ['Domain of the user', 'user.domain.name'],
  ['Agent', 'agent.name'],
  ['Scope', 'scope.type'],
  ['Domain', 'scope.domain.name'],
  ['Project', 'scope.project.name'],
  ['Roles', 'roles'],
  ['Expires at', 'expiresAt'],
  ['Permissions', 'permissions'],
];

export function registerWhoami(command: Command): void {
  withExample(command, 'bailiwick whoami').action(async (_options: object, self: Command) => {
    const session = await openSession(self);
    const viewer = await get(session, ViewerDocument, {}, 'caller');
    if (session.format === 'name') printObject(session, { name: (viewer.user ?? viewer.agent)?.name }, []);
    else printObject(session, viewer, COLUMNS);
  });
}

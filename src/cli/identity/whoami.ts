import type { Command } from 'commander';
import { ViewerDocument, type ViewerQuery } from '../../generated/documents.js';
import { get, openSession, printObject } from '../common/session.js';
import type { Table } from '../common/table.js';
import { withExample } from '../common/verb.js';
import { withColumns } from '../common/view.js';

const VIEWER: Table<NonNullable<ViewerQuery['item']>> = {
  columns: [
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
  ],
  name: ({ user, agent }) => (user ?? agent)?.name,
};

export function registerWhoami(command: Command): void {
  withColumns(withExample(command, 'bailiwick whoami'), VIEWER).action(async (_options: object, self: Command) => {
    const session = await openSession(self);
    printObject(session, await get(session, ViewerDocument, {}, 'caller'), VIEWER);
  });
}

import type { Command } from 'commander';
import { VIEWER } from '../documents/identity.js';
import type { Column } from '../output.js';
import { get, openSession, printObject } from '../session.js';
import { withExample } from '../verb.js';

const COLUMNS: readonly Column[] = [
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
    const viewer = await get(session, VIEWER, {}, 'caller');
    const { user, agent } = viewer;
    printObject(session, session.format === 'name' ? asNamed(user ?? agent) : viewer, COLUMNS);
  });
}

function asNamed(principal: unknown): Record<string, unknown> {
  return { name: typeof principal === 'object' && principal !== null && 'name' in principal ? principal.name : null };
}

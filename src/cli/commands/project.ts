import type { Command } from 'commander';
import { registerChanges } from '../changeable.js';
import { DELETE_PROJECT, UPDATE_PROJECT } from '../documents/containers.js';
import { CREATE_PROJECT, LIST_PROJECTS } from '../documents/identity.js';
import { findProject } from '../find.js';
import type { Column, Row } from '../output.js';
import { listAll } from '../paging.js';
import { projectRef } from '../refs.js';
import { openSession, printList, printObject, send } from '../session.js';
import { asTree } from '../tree.js';
import { verb, withLimit } from '../verb.js';

const COLUMNS: readonly Column[] = [
  ['NAME', 'name'],
  ['DOMAIN', 'domain.name'],
  ['ID', 'id'],
  ['DESCRIPTION', 'description'],
  ['CREATED', 'createdAt'],
];
const DETAILS: readonly Column[] = [...COLUMNS, ['PARENT', 'parent.name']];

export function registerProject(noun: Command): void {
  verb(noun, 'create <name>', "create a project in the token's domain", 'bailiwick project create web')
    .option('--description <text>', 'what it is for')
    .option('--parent <project>', 'the project to make it in, as [domain/]name or id')
    .action(async (name: string, options: { description?: string; parent?: string }, self: Command) => {
      const session = await openSession(self);
      const parent = options.parent === undefined ? undefined : projectRef(options.parent);
      const input = { name, description: options.description, parent };
      printObject(session, (await send<{ project: Row }>(session, CREATE_PROJECT, input)).project, DETAILS);
    });
  withLimit(verb(noun, 'list', 'list projects, each under the one it is in', 'bailiwick project list')).action(
    async ({ limit }: { limit: number }, self: Command) => {
      const session = await openSession(self);
      const rows = await listAll(session, LIST_PROJECTS, {}, limit);
      printList(session, session.format === 'table' ? asTree(rows) : rows, COLUMNS);
    },
  );
  registerChanges(noun, {
    noun: 'project',
    find: findProject,
    details: DETAILS,
    update: UPDATE_PROJECT,
    remove: DELETE_PROJECT,
    example: 'web',
    isDescribed: true,
  });
}

import type { Command } from 'commander';
import { CREATE_PROJECT, LIST_PROJECTS } from '../documents/identity.js';
import type { Column, Row } from '../output.js';
import { listAll } from '../paging.js';
import { openSession, printList, printObject, send } from '../session.js';
import { verb, withLimit } from '../verb.js';

const COLUMNS: readonly Column[] = [
  ['NAME', 'name'],
  ['DOMAIN', 'domain.name'],
  ['ID', 'id'],
  ['DESCRIPTION', 'description'],
  ['CREATED', 'createdAt'],
];

export function registerProject(noun: Command): void {
  verb(noun, 'create <name>', "create a project in the token's domain", 'bailiwick project create web')
    .option('--description <text>', 'what it is for')
    .action(async (name: string, { description }: { description?: string }, self: Command) => {
      const session = await openSession(self);
      const { project } = await send<{ project: Row }>(session, CREATE_PROJECT, { name, description });
      printObject(session, project, COLUMNS);
    });
  withLimit(verb(noun, 'list', 'list projects', 'bailiwick project list')).action(
    async ({ limit }: { limit: number }, self: Command) => {
      const session = await openSession(self);
      printList(session, await listAll(session, LIST_PROJECTS, {}, limit), COLUMNS);
    },
  );
}

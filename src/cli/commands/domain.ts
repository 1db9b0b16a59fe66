import type { Command } from 'commander';
import { registerChanges } from '../changeable.js';
import { DELETE_DOMAIN, UPDATE_DOMAIN } from '../documents/containers.js';
import { CREATE_DOMAIN, LIST_DOMAINS } from '../documents/identity.js';
import { findDomain } from '../find.js';
import type { Column, Row } from '../output.js';
import { listAll } from '../paging.js';
import { openSession, printList, printObject, send } from '../session.js';
import { verb, withLimit } from '../verb.js';

const COLUMNS: readonly Column[] = [
  ['NAME', 'name'],
  ['ID', 'id'],
  ['DESCRIPTION', 'description'],
  ['CREATED', 'createdAt'],
];

export function registerDomain(noun: Command): void {
  verb(noun, 'create <name>', 'create a domain', 'bailiwick domain create acme')
    .option('--description <text>', 'what it is for')
    .action(async (name: string, { description }: { description?: string }, self: Command) => {
      const session = await openSession(self);
      const { domain } = await send<{ domain: Row }>(session, CREATE_DOMAIN, { name, description });
      printObject(session, domain, COLUMNS);
    });
  withLimit(verb(noun, 'list', 'list domains', 'bailiwick domain list')).action(
    async ({ limit }: { limit: number }, self: Command) => {
      const session = await openSession(self);
      printList(session, await listAll(session, LIST_DOMAINS, {}, limit), COLUMNS);
    },
  );
  registerChanges(noun, {
    noun: 'domain',
    find: findDomain,
    details: COLUMNS,
    update: UPDATE_DOMAIN,
    remove: DELETE_DOMAIN,
    example: 'acme',
    isDescribed: true,
  });
}

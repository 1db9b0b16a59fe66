import type { Command } from 'commander';
import { registerChanges } from '../changeable.js';
import { DELETE_USER, UPDATE_USER } from '../documents/containers.js';
import { CREATE_USER, LIST_USERS } from '../documents/identity.js';
import { findUser } from '../find.js';
import type { Column, Row } from '../output.js';
import { listAll } from '../paging.js';
import { readSecret } from '../secrets.js';
import { openSession, printList, printObject, send } from '../session.js';
import { verb, withLimit } from '../verb.js';

const COLUMNS: readonly Column[] = [
  ['NAME', 'name'],
  ['DOMAIN', 'domain.name'],
  ['ID', 'id'],
  ['ENABLED', 'isEnabled'],
  ['CREATED', 'createdAt'],
];

export function registerUser(noun: Command): void {
  verb(
    noun,
    'create <name>',
    "create a user in the token's domain",
    'bailiwick user create alice --password-file alice.pw',
  )
    .option('--password-file <file>', 'read the password from a file, or from standard input for -')
    .action(async (name: string, { passwordFile }: { passwordFile?: string }, self: Command) => {
      const session = await openSession(self);
      const password = await readSecret(passwordFile, `password of ${name}`);
      const { user } = await send<{ user: Row }>(session, CREATE_USER, { name, password });
      printObject(session, user, COLUMNS);
    });
  withLimit(verb(noun, 'list', 'list users', 'bailiwick user list')).action(
    async ({ limit }: { limit: number }, self: Command) => {
      const session = await openSession(self);
      printList(session, await listAll(session, LIST_USERS, {}, limit), COLUMNS);
    },
  );
  registerChanges(noun, {
    noun: 'user',
    find: findUser,
    details: COLUMNS,
    update: UPDATE_USER,
    remove: DELETE_USER,
    example: 'alice',
    canEndAdministration: true,
  });
}

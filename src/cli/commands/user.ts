import type { Command } from 'commander';
import { reference, registerChanges } from '../changeable.js';
import { DELETE_USER, UPDATE_USER } from '../documents/containers.js';
import { CREATE_USER, DISABLE_USER, ENABLE_USER, LIST_USERS, SET_USER_PASSWORD } from '../documents/identity.js';
import { EFFECTIVE_PERMISSIONS } from '../documents/questions.js';
import { CliError, EXIT } from '../errors.js';
import { findUser } from '../find.js';
import type { Column, Row } from '../output.js';
import { listAll } from '../paging.js';
import { formatPath } from '../paths.js';
import { principalRef } from '../refs.js';
import { type ScopeOptions, scopeRef, withScope } from '../scopes.js';
import { readSecret } from '../secrets.js';
import { get, openSession, printList, printObject, type Session, send } from '../session.js';
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
    .option('--no-change', 'the user need not choose another password at the first log-in')
    .action(async (name: string, { passwordFile, change }: PasswordOptions, self: Command) => {
      const session = await openSession(self);
      const password = await readSecret(passwordFile, `password of ${name}`);
      const input = { name, password, mustChangePassword: change };
      const { user } = await send<{ user: Row }>(session, CREATE_USER, input);
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
  registerState(noun);
  registerPermissions(noun);
}

interface PasswordOptions {
  readonly passwordFile?: string;
  readonly change: boolean;
}

/** What is done to a user that exists. */
function registerState(noun: Command): void {
  verb(
    noun,
    'set-password <user>',
    'set the password of another user, and end its sessions',
    'bailiwick user set-password alice --password-file alice.pw',
  )
    .option('--password-file <file>', 'read the password from a file, or from standard input for -')
    .option('--no-change', 'the user need not choose another password at the next log-in')
    .action(async (name: string, { passwordFile, change }: PasswordOptions, self: Command) => {
      const session = await openSession(self);
      const user = await reviewed(session, name);
      const password = await readSecret(passwordFile, `new password of ${name}`);
      const input = { ...user, password, mustChangePassword: change };
      printUser(session, await send<{ user: Row }>(session, SET_USER_PASSWORD, input));
    });
  verb(noun, 'enable <user>', 'let a user log in again', 'bailiwick user enable alice').action(
    async (name: string, _options: object, self: Command) => {
      const session = await openSession(self);
      printUser(session, await send<{ user: Row }>(session, ENABLE_USER, await reviewed(session, name)));
    },
  );
  verb(noun, 'disable <user>', 'block a user everywhere at once', 'bailiwick user disable alice')
    .option('--reason <text>', 'why')
    .option('--force', 'even when nobody else administers the system; needs a reason')
    .action(async (name: string, { reason, force = false }: { reason?: string; force?: boolean }, self: Command) => {
      const session = await openSession(self);
      const input = { ...(await reviewed(session, name)), reason, isForced: force };
      printUser(session, await send<{ user: Row }>(session, DISABLE_USER, input));
    });
}

const reviewed = async (session: Session, name: string) => reference('user', await findUser(session, name));

const printUser = (session: Session, { user }: { readonly user: Row }) =>
  printObject(session, user, [...COLUMNS, ['MUST CHANGE PASSWORD', 'mustChangePassword']]);

function registerPermissions(noun: Command): void {
  const permissions = verb(
    noun,
    'permissions <user>',
    'show what a user may do at a scope, and through which roles',
    'bailiwick user permissions alice --project web',
  );
  withScope(permissions).action(async (user: string, options: ScopeOptions, self: Command) => {
    const scope = scopeRef(options);
    if (scope === null) throw new CliError('name a scope: --system, --domain-scope or --project', EXIT.usage);
    const session = await openSession(self);
    const told = await get(session, EFFECTIVE_PERMISSIONS, { principal: principalRef(user), scope }, 'user or scope');
    const rows = told.permissions as readonly (Row & { readonly paths: readonly Row[] })[];
    const tableRows = rows.map(({ policy: name, paths, ...row }) => ({ ...row, name, how: paths.map(formatPath) }));
    printList(session, session.format === 'json' ? rows : tableRows, PERMISSION_COLUMNS);
  });
}

const PERMISSION_COLUMNS: readonly Column[] = [
  ['POLICY', 'name'],
  ['NEEDS', 'roles'],
  ['BY TARGET', 'dependsOnTarget'],
  ['HOW', 'how'],
];

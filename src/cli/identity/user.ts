import type { Command } from 'commander';
import {
  type ChangedUserFragment,
  CreateUserDocument,
  DeleteUserDocument,
  DisableUserDocument,
  EffectivePermissionsDocument,
  type EffectivePermissionsQuery,
  EnableUserDocument,
  SetUserPasswordDocument,
  UpdateUserDocument,
  UsersDocument,
} from '../../generated/documents.js';
import { findUser } from '../common/find.js';
import { formatPath } from '../common/paths.js';
import { principalRef } from '../common/refs.js';
import { type Changing, reference, registerChanges, withCreate, withList } from '../common/resource.js';
import { requireScope, type ScopeOptions, withScope } from '../common/scopes.js';
import { readNewPassword } from '../common/secrets.js';
import { get, openSession, printList, printObject, type Session, send } from '../common/session.js';
import type { Table } from '../common/table.js';
import { verb } from '../common/verb.js';
import { withColumns } from '../common/view.js';

const CONTACT: readonly Changing[] = [
  ['display name', '--display-name <text>', 'what people call the user'],
  ['email', '--email <address>', 'the e-mail address, for display only'],
];

const USER = {
  noun: 'user',
  plural: 'users',
  example: 'alice',
  columns: [
    ['Name', 'name'],
    ['Domain', 'domain.name'],
    ['Enabled', 'isEnabled'],
    ['Created', 'createdAt'],
  ],
  wide: [
    ['Display name', 'displayName'],
    ['Email', 'email'],
    ['Updated', 'updatedAt'],
    ['Id', 'id'],
  ],
  find: findUser,
  update: UpdateUserDocument,
  changes: CONTACT,
  remove: DeleteUserDocument,
  takes: 'its role assignments, memberships, tokens and API credentials',
  canEndAdministration: true,
} as const;

export function registerUser(noun: Command): void {
  withCreate(
    verb(
      noun,
      'create <name>',
      "create a user in the token's domain",
      'bailiwick user create alice --password-file alice.pw',
    ),
    USER,
    CreateUserDocument,
    async (name, { passwordFile, change, displayName, email }: PasswordOptions & ContactOptions) => {
      const password = await readNewPassword(passwordFile, name);
      return { name, displayName, email, password, mustChangePassword: change };
    },
  )
    .option('--password-file <file>', 'read the password from a file, or from standard input for -')
    .option('--no-change', 'the user need not choose another password at the first log-in')
    .option('--display-name <text>', 'what people call the user')
    .option('--email <address>', 'the e-mail address, for display only');
  withList(verb(noun, 'list', 'list users', 'bailiwick user list'), UsersDocument, USER);
  registerChanges(noun, USER);
  registerState(noun);
  registerPermissions(noun);
}

interface ContactOptions {
  readonly displayName?: string;
  readonly email?: string;
}

interface PasswordOptions {
  readonly passwordFile?: string;
  readonly change: boolean;
}

/** Verbs for a user that exists. */
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
      const password = await readNewPassword(passwordFile, name);
      const input = { ...user, password, mustChangePassword: change };
      printUser(session, await send(session, SetUserPasswordDocument, input, 'user'));
    });
  verb(noun, 'enable <user>', 'let a user log in again', 'bailiwick user enable alice').action(
    async (name: string, _options: object, self: Command) => {
      const session = await openSession(self);
      printUser(session, await send(session, EnableUserDocument, await reviewed(session, name), 'user'));
    },
  );
  verb(noun, 'disable <user>', 'block a user everywhere at once', 'bailiwick user disable alice')
    .option('--reason <text>', 'why')
    .option('--force', 'even when nobody else administers the system; needs a reason')
    .action(async (name: string, { reason, force = false }: { reason?: string; force?: boolean }, self: Command) => {
      const session = await openSession(self);
      const input = { ...(await reviewed(session, name)), reason, isForced: force };
      printUser(session, await send(session, DisableUserDocument, input, 'user'));
    });
}

const reviewed = async (session: Session, name: string) => reference('user', await findUser(session, name));

const printUser = (session: Session, { user }: { readonly user: ChangedUserFragment }) =>
  printObject(session, user, { ...USER, more: [['Must change password', 'mustChangePassword']] });

function registerPermissions(noun: Command): void {
  const permissions = verb(
    noun,
    'permissions <user>',
    'show what a user may do at a scope, and through which roles',
    'bailiwick user permissions alice --project web',
  );
  withColumns(withScope(permissions), PERMISSIONS).action(
    async (user: string, options: ScopeOptions, self: Command) => {
      const scope = requireScope(options);
      const session = await openSession(self);
      const variables = { principal: principalRef(user), scope };
      const { permissions } = await get(session, EffectivePermissionsDocument, variables, 'user or scope');
      printList(session, permissions, PERMISSIONS);
    },
  );
}

const PERMISSIONS: Table<NonNullable<EffectivePermissionsQuery['item']>['permissions'][number]> = {
  plural: 'permissions',
  columns: [
    ['Policy', 'policy'],
    ['Needs', 'roles'],
    ['By target', 'dependsOnTarget'],
    ['How', ({ paths }) => paths.map(formatPath)],
  ],
  name: ({ policy }) => policy,
};

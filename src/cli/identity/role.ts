import type { Command } from 'commander';
import {
  AddImpliedRoleDocument,
  CreateRoleDocument,
  DeleteRoleDocument,
  RemoveImpliedRoleDocument,
  type RoleFragment,
  RolesDocument,
  UpdateRoleDocument,
} from '../../generated/documents.js';
import { withConfirmation } from '../common/confirm.js';
import { roleRef } from '../common/refs.js';
import { type Resource, reference, withCreate, withList, withShow } from '../common/resource.js';
import { openSession, printGone, printObject, send } from '../common/session.js';
import { verb } from '../common/verb.js';
import { withAssignmentList } from './assignment.js';
import { registerGrant, registerRevoke } from './role-grant.js';
import { findRole } from './role-lookup.js';

const ROLE: Resource<'role', RoleFragment> = {
  noun: 'role',
  plural: 'roles',
  columns: [
    ['Name', 'name'],
    ['Domain', 'domain.name'],
    ['Implies', 'implies'],
    ['Immutable', 'isImmutable'],
    ['System only', 'isSystemOnly'],
  ],
  wide: [
    ['Implies directly', ({ impliedRoles }) => impliedRoles.map(({ name }) => name)],
    ['Description', 'description'],
    ['Created', 'createdAt'],
    ['Updated', 'updatedAt'],
    ['Id', 'id'],
  ],
  find: findRole,
};

export function registerRole(noun: Command): void {
  registerReading(noun);
  registerChanging(noun);
  registerImplying(noun, 'imply', 'let a role imply another', AddImpliedRoleDocument);
  registerImplying(noun, 'unimply', 'let a role imply another no longer', RemoveImpliedRoleDocument);
  registerGrant(noun);
  registerRevoke(noun);
  withAssignmentList(
    verb(noun, 'assignments', 'list who holds which role on which scope', 'bailiwick role assignments --role admin'),
  );
}

function registerReading(noun: Command): void {
  withList(verb(noun, 'list', 'list roles with what they imply', 'bailiwick role list'), RolesDocument, {
    ...ROLE,
    variables: ({ global }: { global?: boolean }) => ({ filter: { isGlobal: global } }),
  }).option('--global', 'only global roles');
  withShow(
    verb(noun, 'show <role>', 'show a role, by id or as [domain/]name', 'bailiwick role show acme/oncall'),
    ROLE,
  );
}

interface ChangeOptions {
  readonly name?: string;
  readonly description?: string;
  readonly systemOnly?: boolean;
}

function registerChanging(noun: Command): void {
  withCreate(
    verb(noun, 'create <name>', "create a role that the token's scope owns", 'bailiwick role create oncall'),
    ROLE,
    CreateRoleDocument,
    (name, { description, systemOnly }: ChangeOptions) => ({ name, description, isSystemOnly: systemOnly }),
  )
    .option('--description <text>', 'what it is for')
    .option('--system-only', 'only administrators of the system can grant it');
  verb(noun, 'update <role>', 'change a role', 'bailiwick role update acme/oncall --description "nights"')
    .option('--name <name>', 'the new name')
    .option('--description <text>', 'the new description; empty to clear it')
    .option('--system-only', 'only administrators of the system can grant it')
    .option('--no-system-only', 'administrators of domains can grant it too')
    .action(async (text: string, { name, description, systemOnly }: ChangeOptions, self: Command) => {
      const session = await openSession(self);
      const input = {
        ...reference('role', await findRole(session, text)),
        name,
        description,
        isSystemOnly: systemOnly,
      };
      printObject(session, (await send(session, UpdateRoleDocument, input, 'role')).role, ROLE);
    });
  const deletion = verb(noun, 'delete <role>', 'delete a role that is not in use', 'bailiwick role delete acme/oncall');
  withConfirmation(deletion, { noun: 'role', takes: 'its implications' }).action(
    async (text: string, _options: object, self: Command) => {
      const session = await openSession(self);
      const role = reference('role', await findRole(session, text));
      await send(session, DeleteRoleDocument, role);
      printGone(session, 'deleted', role.role, `role ${text}`);
    },
  );
}

type Implying = typeof AddImpliedRoleDocument | typeof RemoveImpliedRoleDocument;

function registerImplying(noun: Command, name: string, summary: string, document: Implying): void {
  verb(noun, `${name} <role> <implied>`, summary, `bailiwick role ${name} acme/oncall member`).action(
    async (text: string, impliedText: string, _options: object, self: Command) => {
      const session = await openSession(self);
      const implying = reference('role', await findRole(session, text));
      const { role } = await send(session, document, { ...implying, impliedRole: roleRef(impliedText) }, 'role');
      printObject(session, role, ROLE);
    },
  );
}

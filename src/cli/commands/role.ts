import type { Command } from 'commander';
import {
  ADD_IMPLIED_ROLE,
  CREATE_ROLE,
  DELETE_ROLE,
  LIST_ROLES,
  REMOVE_IMPLIED_ROLE,
  UPDATE_ROLE,
} from '../documents/identity.js';
import type { Column, Row } from '../output.js';
import { listAll } from '../paging.js';
import { openSession, printList, printObject, send } from '../session.js';
import { verb, withLimit } from '../verb.js';
import { withAssignmentList } from './assignment.js';
import { registerGrant, registerRevoke } from './role-grant.js';
import { findRole } from './role-lookup.js';

const LIST_COLUMNS: readonly Column[] = [
  ['NAME', 'name'],
  ['DOMAIN', 'domain.name'],
  ['IMPLIES', 'implies'],
  ['IMMUTABLE', 'isImmutable'],
  ['SYSTEM ONLY', 'isSystemOnly'],
];

const COLUMNS: readonly Column[] = [
  ['Name', 'name'],
  ['Domain', 'domain.name'],
  ['Id', 'id'],
  ['Description', 'description'],
  ['Implies directly', 'impliedRoles'],
  ['Brings', 'implies'],
  ['Immutable', 'isImmutable'],
  ['System only', 'isSystemOnly'],
];

export function registerRole(noun: Command): void {
  registerReading(noun);
  registerChanging(noun);
  registerImplying(noun, 'imply', 'let a role imply another', ADD_IMPLIED_ROLE);
  registerImplying(noun, 'unimply', 'let a role imply another no longer', REMOVE_IMPLIED_ROLE);
  registerGrant(noun);
  registerRevoke(noun);
  withAssignmentList(
    verb(noun, 'assignments', 'list who holds which role on which scope', 'bailiwick role assignments --role admin'),
  );
}

function registerReading(noun: Command): void {
  withLimit(verb(noun, 'list', 'list roles with what they imply', 'bailiwick role list'))
    .option('--global', 'only global roles')
    .action(async ({ global, limit }: { global?: boolean; limit: number }, self: Command) => {
      const session = await openSession(self);
      printList(session, await listAll(session, LIST_ROLES, { filter: { isGlobal: global } }, limit), LIST_COLUMNS);
    });
  verb(noun, 'show <role>', 'show a role, by id or as [domain/]name', 'bailiwick role show acme/oncall').action(
    async (role: string, _options: object, self: Command) => {
      const session = await openSession(self);
      printRole(session, await findRole(session, role));
    },
  );
}

interface ChangeOptions {
  readonly name?: string;
  readonly description?: string;
  readonly systemOnly?: boolean;
}

function registerChanging(noun: Command): void {
  verb(noun, 'create <name>', "create a role that the token's scope owns", 'bailiwick role create oncall')
    .option('--description <text>', 'what it is for')
    .option('--system-only', 'only administrators of the system can grant it')
    .action(async (name: string, { description, systemOnly }: ChangeOptions, self: Command) => {
      const session = await openSession(self);
      const input = { name, description, isSystemOnly: systemOnly };
      printRole(session, (await send<{ role: Row }>(session, CREATE_ROLE, input)).role);
    });
  verb(noun, 'update <role>', 'change a role', 'bailiwick role update acme/oncall --description "nights"')
    .option('--name <name>', 'the new name')
    .option('--description <text>', 'the new description; empty to clear it')
    .option('--system-only', 'only administrators of the system can grant it')
    .option('--no-system-only', 'administrators of domains can grant it too')
    .action(async (role: string, { name, description, systemOnly }: ChangeOptions, self: Command) => {
      const session = await openSession(self);
      const { id: roleId, etag } = await findRole(session, role);
      const input = { roleId, etag, name, description, isSystemOnly: systemOnly };
      printRole(session, (await send<{ role: Row }>(session, UPDATE_ROLE, input)).role);
    });
  verb(noun, 'delete <role>', 'delete a role that is not in use', 'bailiwick role delete acme/oncall').action(
    async (role: string, _options: object, self: Command) => {
      const session = await openSession(self);
      const { id: roleId, etag } = await findRole(session, role);
      await send(session, DELETE_ROLE, { roleId, etag });
      printObject(session, { id: roleId }, [['Deleted', 'id']]);
    },
  );
}

function registerImplying(noun: Command, name: string, summary: string, document: string): void {
  verb(noun, `${name} <role> <implied>`, summary, `bailiwick role ${name} acme/oncall member`).action(
    async (text: string, impliedText: string, _options: object, self: Command) => {
      const session = await openSession(self);
      const { id: roleId, etag } = await findRole(session, text);
      const { id: impliedRoleId } = await findRole(session, impliedText);
      printRole(session, (await send<{ role: Row }>(session, document, { roleId, impliedRoleId, etag })).role);
    },
  );
}

function printRole(session: Parameters<typeof printObject>[0], role: Row): void {
  const implied = (role.impliedRoles as readonly Row[]).map((one) => one.name);
  // A script gets the role as it came.
  printObject(session, session.format === 'table' ? { ...role, impliedRoles: implied } : role, COLUMNS);
}

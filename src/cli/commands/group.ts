import type { Command } from 'commander';
import { type ForceOptions, forcedInput, registerChanges, withForce } from '../changeable.js';
import {
  ADD_GROUP_MEMBER,
  CREATE_GROUP,
  DELETE_GROUP,
  LIST_GROUPS,
  LIST_MEMBERS,
  REMOVE_GROUP_MEMBER,
  UPDATE_GROUP,
} from '../documents/groups.js';
import { findGroup } from '../find.js';
import type { Column, Row } from '../output.js';
import { listAll } from '../paging.js';
import { groupRef, userRef } from '../refs.js';
import { note, openSession, printList, printObject, send } from '../session.js';
import { verb, withLimit } from '../verb.js';

const COLUMNS: readonly Column[] = [
  ['NAME', 'name'],
  ['DOMAIN', 'domain.name'],
  ['ID', 'id'],
  ['DESCRIPTION', 'description'],
  ['CREATED', 'createdAt'],
];

const MEMBER_COLUMNS: readonly Column[] = [
  ['NAME', 'name'],
  ['DOMAIN', 'domain.name'],
  ['ID', 'id'],
  ['ENABLED', 'isEnabled'],
];

export function registerGroup(noun: Command): void {
  verb(noun, 'create <name>', "create a group in the token's domain", 'bailiwick group create operators')
    .option('--description <text>', 'what it is for')
    .action(async (name: string, { description }: { description?: string }, self: Command) => {
      const session = await openSession(self);
      const { group } = await send<{ group: Row }>(session, CREATE_GROUP, { name, description });
      printObject(session, group, COLUMNS);
    });
  withLimit(verb(noun, 'list', 'list groups', 'bailiwick group list')).action(
    async ({ limit }: { limit: number }, self: Command) => {
      const session = await openSession(self);
      printList(session, await listAll(session, LIST_GROUPS, {}, limit), COLUMNS);
    },
  );
  registerChanges(noun, {
    noun: 'group',
    find: findGroup,
    details: COLUMNS,
    update: UPDATE_GROUP,
    remove: DELETE_GROUP,
    example: 'operators',
    isDescribed: true,
    canEndAdministration: true,
  });
  registerMembers(noun);
}

function registerMembers(noun: Command): void {
  withLimit(verb(noun, 'members <group>', 'list who is in a group', 'bailiwick group members operators')).action(
    async (text: string, { limit }: { limit: number }, self: Command) => {
      const session = await openSession(self);
      const { id } = await findGroup(session, text);
      printList(session, await listAll(session, LIST_MEMBERS, { id }, limit), MEMBER_COLUMNS);
    },
  );
  verb(
    noun,
    'add-member <group> <user>',
    'add a user to a group; the user then holds the roles of the group',
    'bailiwick group add-member operators alice',
  ).action(async (group: string, user: string, _options: object, self: Command) => {
    const session = await openSession(self);
    await send(session, ADD_GROUP_MEMBER, { group: groupRef(group), user: userRef(user) });
    note(session, `added ${user} to ${group}`);
  });
  withForce(
    verb(
      noun,
      'remove-member <group> <user>',
      'remove a user from a group',
      'bailiwick group remove-member operators alice',
    ),
  ).action(async (group: string, user: string, options: ForceOptions, self: Command) => {
    const session = await openSession(self);
    const input = { group: groupRef(group), user: userRef(user), ...forcedInput(options) };
    await send(session, REMOVE_GROUP_MEMBER, input);
    note(session, `removed ${user} from ${group}`);
  });
}

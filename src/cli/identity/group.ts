import type { Command } from 'commander';
import {
  AddGroupMemberDocument,
  CreateGroupDocument,
  DeleteGroupDocument,
  GroupsDocument,
  MembersDocument,
  RemoveGroupMemberDocument,
  UpdateGroupDocument,
} from '../../generated/documents.js';
import { findGroup } from '../common/find.js';
import { listAll } from '../common/paging.js';
import { groupRef, userRef } from '../common/refs.js';
import {
  DESCRIPTION,
  type ForceOptions,
  forcedInput,
  registerChanges,
  withCreate,
  withForce,
  withList,
} from '../common/resource.js';
import { note, openSession, printList, send } from '../common/session.js';
import { verb, withLimit } from '../common/verb.js';
import { withColumns } from '../common/view.js';

const MEMBERS = {
  plural: 'members',
  columns: [
    ['Name', 'name'],
    ['Domain', 'domain.name'],
    ['Enabled', 'isEnabled'],
  ],
  wide: [
    ['Created', 'createdAt'],
    ['Id', 'id'],
  ],
} as const;

const GROUP = {
  noun: 'group',
  plural: 'groups',
  example: 'operators',
  columns: [
    ['Name', 'name'],
    ['Domain', 'domain.name'],
    ['Description', 'description'],
    ['Created', 'createdAt'],
  ],
  wide: [
    ['Updated', 'updatedAt'],
    ['Id', 'id'],
  ],
  find: findGroup,
  update: UpdateGroupDocument,
  remove: DeleteGroupDocument,
  takes: 'its memberships and role assignments',
  changes: [DESCRIPTION],
  canEndAdministration: true,
} as const;

export function registerGroup(noun: Command): void {
  withCreate(
    verb(noun, 'create <name>', "create a group in the token's domain", 'bailiwick group create operators'),
    GROUP,
    CreateGroupDocument,
    (name, { description }: { description?: string }) => ({ name, description }),
  ).option('--description <text>', 'what it is for');
  withList(verb(noun, 'list', 'list groups', 'bailiwick group list'), GroupsDocument, GROUP);
  registerChanges(noun, GROUP);
  registerMembers(noun);
}

function registerMembers(noun: Command): void {
  const members = verb(noun, 'members <group>', 'list who is in a group', 'bailiwick group members operators');
  withColumns(withLimit(members), MEMBERS).action(async (text: string, { limit }: { limit: number }, self: Command) => {
    const session = await openSession(self);
    printList(session, await listAll(session, MembersDocument, { ref: groupRef(text) }, limit), MEMBERS);
  });
  verb(
    noun,
    'add-member <group> <user>',
    'add a user to a group; the user then holds the roles of the group',
    'bailiwick group add-member operators alice',
  ).action(async (group: string, user: string, _options: object, self: Command) => {
    const session = await openSession(self);
    await send(session, AddGroupMemberDocument, membership(group, user));
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
    const input = { ...membership(group, user), ...forcedInput(options) };
    await send(session, RemoveGroupMemberDocument, input);
    note(session, `removed ${user} from ${group}`);
  });
}

const membership = (group: string, user: string) => ({ group: groupRef(group), user: userRef(user) });

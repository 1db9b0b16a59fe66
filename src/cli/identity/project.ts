import { Argument, type Command } from 'commander';
import {
  CreateProjectDocument,
  DeleteProjectDocument,
  ProjectsDocument,
  SetProjectDefaultsDocument,
  SetProjectOperatorsDocument,
  UpdateProjectDocument,
} from '../../generated/documents.js';
import { findProject } from '../common/find.js';
import { allowlistRef, projectRef } from '../common/refs.js';
import { DESCRIPTION, reference, registerChanges, withCreate, withList } from '../common/resource.js';
import { openSession, printObject, send } from '../common/session.js';
import { verb } from '../common/verb.js';
import { asTree } from './tree.js';

const PROJECT = {
  noun: 'project',
  plural: 'projects',
  example: 'web',
  columns: [
    ['Name', 'name'],
    ['Domain', 'domain.name'],
    ['Description', 'description'],
    ['Created', 'createdAt'],
  ],
  wide: [
    ['Updated', 'updatedAt'],
    ['Parent', 'parent.name'],
    ['Id', 'id'],
  ],
  find: findProject,
  update: UpdateProjectDocument,
  remove: DeleteProjectDocument,
  takes: 'its role assignments, tokens and API credentials',
  changes: [DESCRIPTION],
} as const;

/** What one project has, once it exists. */
const ONE = {
  ...PROJECT,
  more: [
    ['Operators', 'isOperators'],
    ['Default allowlist', 'defaultAllowlist.name'],
  ],
} as const;

interface CreateOptions {
  readonly description?: string;
  readonly parent?: string;
}

export function registerProject(noun: Command): void {
  withCreate(
    verb(noun, 'create <name>', "create a project in the token's domain", 'bailiwick project create web'),
    PROJECT,
    CreateProjectDocument,
    async (name, { description, parent }: CreateOptions) => ({
      name,
      description,
      parent: parent === undefined ? undefined : projectRef(parent),
    }),
  )
    .option('--description <text>', 'what it is for')
    .option('--parent <project>', 'the project to make it in, as [domain/]name or id');
  const list = verb(noun, 'list', 'list projects, each under the one it is in', 'bailiwick project list');
  withList(list, ProjectsDocument, { ...PROJECT, arrange: asTree });
  registerChanges(noun, ONE);
  registerOperators(noun);
  registerDefaults(noun);
}

function registerOperators(noun: Command): void {
  verb(
    noun,
    'operators <project>',
    "make a project an operators' project, whose agents can be nodes, or with `off` no longer",
    'bailiwick project operators acme/machines on',
  )
    .addArgument(new Argument('<state>', 'whether it is one').choices(['on', 'off']))
    .action(async (text: string, state: string, _: object, self: Command) => {
      const session = await openSession(self);
      const input = { ...reference('project', await findProject(session, text)), isOperators: state === 'on' };
      printObject(session, (await send(session, SetProjectOperatorsDocument, input, 'project')).project, ONE);
    });
}

function registerDefaults(noun: Command): void {
  verb(
    noun,
    'defaults <project>',
    'set what new agents of a project get',
    'bailiwick project defaults web --allowlist base',
  )
    .requiredOption('--allowlist <list>', 'the list that they are bound to when none is named; empty to clear it')
    .action(async (text: string, { allowlist }: { allowlist: string }, self: Command) => {
      const session = await openSession(self);
      const found = reference('project', await findProject(session, text));
      const input = { ...found, allowlist: allowlist === '' ? null : allowlistRef(allowlist) };
      printObject(session, (await send(session, SetProjectDefaultsDocument, input, 'project')).project, ONE);
    });
}

import type { Command } from 'commander';
import {
  CreateProjectDocument,
  DeleteProjectDocument,
  ProjectsDocument,
  UpdateProjectDocument,
} from '../../generated/documents.js';
import { findProject } from '../common/find.js';
import { projectRef } from '../common/refs.js';
import { DESCRIPTION, registerChanges, withCreate, withList } from '../common/resource.js';
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
  registerChanges(noun, PROJECT);
}

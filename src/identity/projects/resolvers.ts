import type { Context } from '../../authority/index.js';
import type {
  MutationCreateProjectArgs,
  MutationDeleteProjectArgs,
  MutationUpdateProjectArgs,
  QueryProjectArgs,
  QueryProjectsArgs,
} from '../../generated/graphql.js';
import { etagOf } from '../../platform/etag.js';
import { withIds } from '../../platform/ids.js';
import { payload } from '../../platform/payload.js';
import { loadDomain } from '../domains/index.js';
import { createProject, deleteProject, getProject, listProjects, loadProject, updateProject } from './service.js';
import type { ProjectRow } from './tables.js';

const PROJECT = { project: { id: 'Project' } } as const;

export const projectResolvers = {
  Query: {
    project: (_: unknown, { ref }: QueryProjectArgs, context: Context) =>
      getProject(context, withIds(ref, { id: 'Project' })),
    projects: (_: unknown, args: QueryProjectsArgs, context: Context) =>
      listProjects(context, withIds(args, { filter: { domainIds: 'Domain', parentIds: 'Project' } })),
  },
  Mutation: {
    createProject: (_: unknown, { input }: MutationCreateProjectArgs, context: Context) =>
      payload(async () => ({ project: await createProject(context, withIds(input, { parent: { id: 'Project' } })) })),
    updateProject: (_: unknown, { input }: MutationUpdateProjectArgs, context: Context) =>
      payload(async () => ({ project: await updateProject(context, withIds(input, PROJECT)) })),
    deleteProject: (_: unknown, { input }: MutationDeleteProjectArgs, context: Context) =>
      payload(async () => ({ projectId: await deleteProject(context, withIds(input, PROJECT)) })),
  },
  Project: {
    domain: ({ domainId }: ProjectRow, _: object, context: Context) => loadDomain(context).load(domainId),
    parent: ({ parentId }: ProjectRow, _: object, context: Context) => parentId && loadProject(context).load(parentId),
    etag: etagOf,
  },
};

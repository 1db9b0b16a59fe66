import type { Context } from '../../authority/index.js';
import type {
  MutationCreateProjectArgs,
  MutationDeleteProjectArgs,
  MutationUpdateProjectArgs,
  QueryProjectArgs,
  QueryProjectsArgs,
} from '../../generated/graphql.js';
import { etagOf } from '../../platform/etag.js';
import { payload } from '../../platform/payload.js';
import { loadDomain } from '../domains/index.js';
import { createProject, deleteProject, getProject, listProjects, loadProject, updateProject } from './service.js';
import type { ProjectRow } from './tables.js';

export const projectResolvers = {
  Query: {
    project: (_: unknown, { id }: QueryProjectArgs, context: Context) => getProject(context, id),
    projects: (_: unknown, args: QueryProjectsArgs, context: Context) => listProjects(context, args),
  },
  Mutation: {
    createProject: (_: unknown, { input }: MutationCreateProjectArgs, context: Context) =>
      payload(async () => ({ project: await createProject(context, input) })),
    updateProject: (_: unknown, { input }: MutationUpdateProjectArgs, context: Context) =>
      payload(async () => ({ project: await updateProject(context, input) })),
    deleteProject: (_: unknown, { input }: MutationDeleteProjectArgs, context: Context) =>
      payload(async () => ({ projectId: await deleteProject(context, input) })),
  },
  Project: {
    domain: ({ domainId }: ProjectRow, _: object, context: Context) => loadDomain(context).load(domainId),
    parent: ({ parentId }: ProjectRow, _: object, context: Context) => parentId && loadProject(context).load(parentId),
    etag: etagOf,
  },
};

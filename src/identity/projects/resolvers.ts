import type { Context } from '../../authority/index.js';
import type { MutationDeleteProjectArgs, MutationUpdateProjectArgs } from '../../generated/graphql.js';
import { etagOf } from '../../platform/etag.js';
import { payload } from '../../platform/payload.js';
import { deleteProject, loadProject, updateProject } from './service.js';
import type { ProjectRow } from './tables.js';

export const projectResolvers = {
  Mutation: {
    updateProject: (_: unknown, { input }: MutationUpdateProjectArgs, context: Context) =>
      payload(async () => ({ project: await updateProject(context, input) })),
    deleteProject: (_: unknown, { input }: MutationDeleteProjectArgs, context: Context) =>
      payload(async () => ({ projectId: await deleteProject(context, input) })),
  },
  Project: {
    parent: ({ parentId }: ProjectRow, _: object, context: Context) => parentId && loadProject(context).load(parentId),
    etag: etagOf,
  },
};

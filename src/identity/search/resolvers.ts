import type { Context } from '../../authority/index.js';
import type { QuerySearchArgs } from '../../generated/graphql.js';
import { loadDomain } from '../domains/index.js';
import { loadProject } from '../projects/index.js';
import { type Hit, LIMIT_MAX, search } from './service.js';

export const searchResolvers = {
  Query: {
    search: (_: unknown, { text, limit }: QuerySearchArgs, context: Context) =>
      search(context, text, limit ?? LIMIT_MAX),
  },
  SearchHit: {
    /** `JoinToken` is JOIN_TOKEN. */
    kind: ({ of }: Hit) => of.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase(),
    domain: ({ domainId }: Hit, _: object, context: Context) => domainId && loadDomain(context).load(domainId),
    project: ({ projectId }: Hit, _: object, context: Context) => projectId && loadProject(context).load(projectId),
  },
};

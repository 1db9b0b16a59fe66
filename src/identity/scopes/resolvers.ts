import type { Context } from '../../authority/index.js';
import { loadDomain } from '../domains/index.js';
import { loadProject } from '../projects/index.js';
import type { scopeView } from './index.js';

type Scope = ReturnType<typeof scopeView>;

export const scopeResolvers = {
  Scope: {
    domain: ({ domainId }: Scope, _: object, context: Context) => domainId && loadDomain(context).load(domainId),
    project: ({ projectId }: Scope, _: object, context: Context) => projectId && loadProject(context).load(projectId),
  },
};

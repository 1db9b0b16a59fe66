import { type Context, viewerCanAnywhere } from '../../authority/index.js';
import type { ViewerCanArgs, ViewerScopesArgs } from '../../generated/graphql.js';
import { loadAgentPrincipal } from '../agents/index.js';
import { loadUser } from '../users/index.js';
import { scopesToChoose } from './scopes.js';
import { viewer } from './service.js';

type View = ReturnType<typeof viewer>;

export const viewerResolvers = {
  Query: { viewer: (_: unknown, __: object, context: Context) => viewer(context) },
  Viewer: {
    user: ({ principal }: View, _: object, context: Context) =>
      principal.kind === 'user' ? loadUser(context).load(principal.id) : null,
    agent: ({ principal }: View, _: object, context: Context) =>
      principal.kind === 'agent' ? loadAgentPrincipal(context).load(principal.id) : null,
    can: (_: View, { operations }: ViewerCanArgs, context: Context) => viewerCanAnywhere(context, operations),
    scopes: (_: View, args: ViewerScopesArgs, context: Context) => scopesToChoose(context, args),
  },
};

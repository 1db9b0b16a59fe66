import type { Context } from '../../authority/index.js';
import { loadAgentPrincipal } from '../agents/index.js';
import { loadUser } from '../users/index.js';
import { viewer } from './service.js';

type View = ReturnType<typeof viewer>;

export const viewerResolvers = {
  Query: { viewer: (_: unknown, __: object, context: Context) => viewer(context) },
  Viewer: {
    user: ({ kind, principalId }: View, _: object, context: Context) =>
      kind === 'USER' ? loadUser(context).load(principalId) : null,
    agent: ({ kind, principalId }: View, _: object, context: Context) =>
      kind === 'AGENT' ? loadAgentPrincipal(context).load(principalId) : null,
  },
};

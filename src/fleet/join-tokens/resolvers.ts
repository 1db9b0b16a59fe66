import { loadAllowlist } from '../../attestation/allowlists/index.js';
import type { Context } from '../../authority/index.js';
import type {
  MutationCreateJoinTokenArgs,
  MutationRevokeJoinTokenArgs,
  QueryJoinTokensArgs,
} from '../../generated/graphql.js';
import { loadProject } from '../../identity/projects/index.js';
import { withIds } from '../../platform/ids.js';
import { payload } from '../../platform/payload.js';
import { loadNode } from '../nodes/index.js';
import { createJoinToken, listJoinTokens, revokeJoinToken } from './service.js';
import { stateOf } from './state.js';
import type { JoinTokenRow } from './tables.js';

const IDS = {
  project: { id: 'Project' },
  node: { id: 'Node' },
  allowlist: { id: 'Allowlist' },
  tenants: { id: 'Project' },
} as const;

export const joinTokenResolvers = {
  Query: {
    joinTokens: (_: unknown, args: QueryJoinTokensArgs, context: Context) => listJoinTokens(context, args),
  },
  Mutation: {
    createJoinToken: (_: unknown, { input }: MutationCreateJoinTokenArgs, context: Context) =>
      payload(() => createJoinToken(context, withIds(input, IDS))),
    revokeJoinToken: (_: unknown, { input }: MutationRevokeJoinTokenArgs, context: Context) =>
      payload(() => revokeJoinToken(context, withIds(input, { joinTokenId: 'JoinToken' }))),
  },
  JoinToken: {
    state: (row: JoinTokenRow, _: object, { clock }: Context) => stateOf(row, clock.now()),
    project: ({ projectId }: JoinTokenRow, _: object, context: Context) => loadProject(context).load(projectId),
    allowlist: ({ allowlistId }: JoinTokenRow, _: object, context: Context) =>
      allowlistId === null ? null : loadAllowlist(context).load(allowlistId),
    tenants: async ({ tenants }: JoinTokenRow, _: object, context: Context) => {
      const found = tenants && (await Promise.all(tenants.map((id) => loadProject(context).load(id))));
      return found?.filter((project) => project !== null);
    },
    node: ({ nodeId }: JoinTokenRow, _: object, context: Context) =>
      nodeId === null ? null : loadNode(context).load(nodeId),
  },
};

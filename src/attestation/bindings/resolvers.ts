import type { Context } from '../../authority/index.js';
import type { BindAllowlistInput } from '../../generated/graphql.js';
import { withIds } from '../../platform/ids.js';
import { inputMutation } from '../../platform/payload.js';
import { bindAllowlist } from './service.js';

export const bindingResolvers = {
  Mutation: {
    bindAllowlist: inputMutation((context: Context, input: BindAllowlistInput) =>
      bindAllowlist(context, withIds(input, { agent: { id: 'Agent' }, allowlist: { id: 'Allowlist' } })),
    ),
  },
};

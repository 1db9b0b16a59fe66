import type { Context } from '../../authority/index.js';
import type { SetProjectDefaultsInput } from '../../generated/graphql.js';
import { type Id, withIds } from '../../platform/ids.js';
import { inputMutation } from '../../platform/payload.js';
import { defaultAllowlist, setProjectDefaults } from './service.js';

export const projectDefaultResolvers = {
  Mutation: {
    setProjectDefaults: inputMutation(async (context: Context, input: SetProjectDefaultsInput) => ({
      project: await setProjectDefaults(
        context,
        withIds(input, { project: { id: 'Project' }, allowlist: { id: 'Allowlist' } }),
      ),
    })),
  },
  Project: {
    defaultAllowlist: ({ id }: { readonly id: Id<'Project'> }, _: object, context: Context) =>
      defaultAllowlist(context, id),
  },
};

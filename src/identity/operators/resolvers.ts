import type { Context } from '../../authority/index.js';
import type { SetProjectOperatorsInput } from '../../generated/graphql.js';
import { withIds } from '../../platform/ids.js';
import { inputMutation } from '../../platform/payload.js';
import { setProjectOperators } from './service.js';

export const operatorsResolvers = {
  Mutation: {
    setProjectOperators: inputMutation(async (context: Context, input: SetProjectOperatorsInput) => ({
      project: await setProjectOperators(context, withIds(input, { project: { id: 'Project' } })),
    })),
  },
};

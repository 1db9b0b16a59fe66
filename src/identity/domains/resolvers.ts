import type { Context } from '../../authority/index.js';
import type { MutationDeleteDomainArgs, MutationUpdateDomainArgs } from '../../generated/graphql.js';
import { etagOf } from '../../platform/etag.js';
import { payload } from '../../platform/payload.js';
import { deleteDomain, updateDomain } from './service.js';

export const domainResolvers = {
  Mutation: {
    updateDomain: (_: unknown, { input }: MutationUpdateDomainArgs, context: Context) =>
      payload(async () => ({ domain: await updateDomain(context, input) })),
    deleteDomain: (_: unknown, { input }: MutationDeleteDomainArgs, context: Context) =>
      payload(async () => ({ domainId: await deleteDomain(context, input) })),
  },
  Domain: { etag: etagOf },
};

import type { Context } from '../../authority/index.js';
import type {
  MutationCreateDomainArgs,
  MutationDeleteDomainArgs,
  MutationUpdateDomainArgs,
  QueryDomainArgs,
  QueryDomainsArgs,
} from '../../generated/graphql.js';
import { etagOf } from '../../platform/etag.js';
import { withIds } from '../../platform/ids.js';
import { payload } from '../../platform/payload.js';
import { createDomain, deleteDomain, getDomain, listDomains, updateDomain } from './service.js';

const DOMAIN = { domain: { id: 'Domain' } } as const;

export const domainResolvers = {
  Query: {
    domain: (_: unknown, { ref }: QueryDomainArgs, context: Context) =>
      getDomain(context, withIds(ref, { id: 'Domain' })),
    domains: (_: unknown, args: QueryDomainsArgs, context: Context) => listDomains(context, args),
  },
  Mutation: {
    createDomain: (_: unknown, { input }: MutationCreateDomainArgs, context: Context) =>
      payload(async () => ({ domain: await createDomain(context, input) })),
    updateDomain: (_: unknown, { input }: MutationUpdateDomainArgs, context: Context) =>
      payload(async () => ({ domain: await updateDomain(context, withIds(input, DOMAIN)) })),
    deleteDomain: (_: unknown, { input }: MutationDeleteDomainArgs, context: Context) =>
      payload(async () => ({ domainId: await deleteDomain(context, withIds(input, DOMAIN)) })),
  },
  Domain: { etag: etagOf },
};

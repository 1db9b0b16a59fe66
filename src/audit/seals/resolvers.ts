import type { Context } from '../../authority/index.js';
import type { QueryAuditSealsArgs, QueryVerifyAuditChainArgs } from '../../generated/graphql.js';
import { loadAuditEntry } from '../entries/index.js';
import type { SealRow } from './repository.js';
import { getAuditChain, listAuditSeals } from './service.js';
import { verifyAuditChain } from './verify.js';

export const resolvers = {
  Query: {
    auditChain: (_: unknown, _args: unknown, context: Context) => getAuditChain(context),
    auditSeals: (_: unknown, args: QueryAuditSealsArgs, context: Context) => listAuditSeals(context, args),
    verifyAuditChain: (_: unknown, args: QueryVerifyAuditChainArgs, context: Context) =>
      verifyAuditChain(context, args),
  },
  AuditSeal: {
    entry: (seal: SealRow, _: unknown, context: Context) => loadAuditEntry(context).load(seal.entryId),
  },
};

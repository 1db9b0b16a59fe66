import type { GraphQLResolveInfo } from 'graphql';
import type { Context } from '../../authority/index.js';
import { toId } from '../../platform/ids.js';
import { fieldsBelow } from '../../platform/look-ahead.js';
import type { PageArgs } from '../../platform/pagination.js';
import { loadRevision } from '../allowlists/index.js';
import { type AgentShape, loadAgent } from '../records/index.js';
import { getResult, loadResult, resultsOf } from './service.js';
import type { AttestationResultRow } from './tables.js';

type Severity = 'WARNING' | 'ERROR' | 'FATAL';

export const resultResolvers = {
  Query: {
    attestationResult: (_: unknown, { id }: { id: string }, context: Context) =>
      getResult(context, toId('AttestationResult', id)),
  },
  Agent: {
    lastResult: ({ lastResultId }: AgentShape, _: unknown, context: Context) =>
      lastResultId === null ? null : loadResult(context).load(lastResultId),
    attestationResults: ({ id }: AgentShape, args: PageArgs, context: Context, info: GraphQLResolveInfo) =>
      resultsOf(context, id, args, fieldsBelow(info)),
  },
  AttestationResult: {
    agent: (row: AttestationResultRow, _: unknown, context: Context) => loadAgent(context).load(row.agentId),
    allowlistRevision: (row: AttestationResultRow, _: unknown, context: Context) =>
      row.allowlistRevisionId === null ? null : loadRevision(context).load(row.allowlistRevisionId),
    failures: (row: AttestationResultRow) =>
      row.failures.map((failure) => ({ ...failure, severity: failure.severity.toUpperCase() as Severity })),
    counts: ({ counts }: AttestationResultRow) => ({
      entries: counts.entries,
      attestedEntries: counts.attested,
      excluded: counts.excluded,
      violations: counts.violations,
      failures: counts.failures,
    }),
  },
};

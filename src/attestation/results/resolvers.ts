import type { GraphQLResolveInfo } from 'graphql';
import type { Context } from '../../authority/index.js';
import { toId } from '../../platform/ids.js';
import { fieldsBelow } from '../../platform/look-ahead.js';
import type { PageArgs } from '../../platform/pagination.js';
import { loadRevision } from '../allowlists/index.js';
import { type AgentShape, loadAgent } from '../records/index.js';
import type { TransitionRow } from '../transitions/index.js';
import type { Failure } from '../verifier/index.js';
import { explain } from './explanation.js';
import { getResult, loadResult, resultsOf } from './service.js';
import type { AttestationResultRow } from './tables.js';

type Severity = 'WARNING' | 'ERROR' | 'FATAL';

/** A failure as the API has it. */
const shown = (failure: Failure) => ({ ...failure, severity: failure.severity.toUpperCase() as Severity });

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
  TrustPeriod: {
    result: ({ resultId }: Pick<TransitionRow, 'resultId'>, _: unknown, context: Context) =>
      resultId === null ? null : loadResult(context).load(resultId),
  },
  AttestationResult: {
    agent: (row: AttestationResultRow, _: unknown, context: Context) => loadAgent(context).load(row.agentId),
    allowlistRevision: (row: AttestationResultRow, _: unknown, context: Context) =>
      row.allowlistRevisionId === null ? null : loadRevision(context).load(row.allowlistRevisionId),
    failures: (row: AttestationResultRow) => row.failures.map(shown),
    explanation(row: AttestationResultRow) {
      const found = explain(row);
      if (found === null) return null;
      const { decisive, pcrs, firstEntry } = found;
      return {
        ...found,
        decisive: shown(decisive),
        pcrs: pcrs.map(shown),
        firstEntry: firstEntry && shown(firstEntry),
      };
    },
    counts: ({ counts }: AttestationResultRow) => ({
      entries: counts.entries,
      attestedEntries: counts.attested,
      excluded: counts.excluded,
      violations: counts.violations,
      failures: counts.failures,
    }),
  },
};

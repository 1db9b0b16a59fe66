import type { AnyResolver, Context } from '../../authority/index.js';
import { loadRevision } from '../allowlists/index.js';
import { loadAgent } from '../records/views.js';
import { getResult } from './service.js';
import type { AttestationResultRow } from './tables.js';

type Severity = 'WARNING' | 'ERROR' | 'FATAL';

export const resultResolvers = {
  Query: {
    attestationResult: (_: unknown, { id }: { id: string }, context: Context) => getResult(context, id),
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
} satisfies Record<string, Record<string, AnyResolver>>;

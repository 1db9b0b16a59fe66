import { eq } from 'drizzle-orm';
import { insertResult } from '../../src/attestation/results/index.js';
import { NO_COUNTS } from '../../src/attestation/verifier/index.js';
import type { WriteAct } from '../../src/authority/index.js';
import type { Tx } from '../../src/db/open.js';
import type { AgentRow } from '../../src/identity/agents/index.js';
import { agents } from '../../src/identity/agents/tables.js';
import type { Id } from '../../src/platform/ids.js';

/** Locks a machine's row. */
export async function lock(tx: Tx, callerId: Id<'Agent'>): Promise<AgentRow | undefined> {
  const [row] = await tx.select().from(agents).where(eq(agents.id, callerId)).for('update');
  return row;
}

/** Writes the record that is a report's trace. */
export function insertReport(
  { tx, now }: WriteAct,
  agent: Pick<AgentRow, 'id' | 'domainId' | 'projectId'>,
  id: Id<'AttestationResult'>,
): Promise<void> {
  const { id: agentId, domainId, projectId } = agent;
  return insertResult(tx, {
    ...{ id, agentId, domainId, projectId, attestationId: null, allowlistRevisionId: null, receivedAt: now },
    ...{ verdict: 'ACCEPTED', failures: [], counts: NO_COUNTS, stateAfter: 'PENDING' },
  });
}

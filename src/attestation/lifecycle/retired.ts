import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { anonymous, type Services, type Sweep } from '../../authority/index.js';
import type { Tx } from '../../db/open.js';
import { removeSome } from '../../db/remove-some.js';
import { aboutAgent, agents } from '../../identity/agents/index.js';
import { tokens } from '../../identity/tokens/index.js';
import { attestations } from '../challenges/index.js';
import { attestationRecords, lockRetired } from '../records/index.js';
import { attestationResults } from '../results/index.js';

const SWEPT_AT_ONCE = 500;

/** Results of agents that are not retired stay. */
export const retiredAgentSweep: Sweep = {
  name: 'retired agents',
  removes: [agents, attestationRecords, attestations, attestationResults, tokens],
  removeSome: (services) => services.db.transaction((tx) => removeOne(services, tx)),
};

/** Removes a retired agent, or some of what is left of it. */
async function removeOne({ clock, settings, recordAudit }: Services, tx: Tx): Promise<number> {
  const now = clock.now();
  const view = await lockRetired(tx, new Date(now.getTime() - settings.retiredAgentRetentionMs));
  if (view === undefined) return 0;
  const { id, name } = view.agent;
  for (const table of [attestationResults, attestations, tokens]) {
    const removed = await removeSome(tx, table.id, eq(table.agentId, id), SWEPT_AT_ONCE);
    if (removed > 0) return removed;
  }
  await tx.delete(attestationRecords).where(eq(attestationRecords.agentId, id));
  await tx.delete(agents).where(eq(agents.id, id));
  const details = { name, retiredAt: view.record.retiredAt };
  const request = { requestId: randomUUID(), actor: anonymous, at: now };
  await recordAudit(tx, request, { action: 'agent.removed', ...aboutAgent(view), details });
  return 1;
}

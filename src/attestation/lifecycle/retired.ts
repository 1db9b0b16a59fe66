import { eq } from 'drizzle-orm';
import { type ChoreAct, chore, type Sweep } from '../../authority/index.js';
import { removeSome } from '../../db/remove-some.js';
import { aboutAgent, agents } from '../../identity/agents/index.js';
import { tokens } from '../../identity/tokens/index.js';
import { attestations } from '../challenges/index.js';
import { attestationRecords, lockRetired } from '../records/index.js';
import { attestationResults } from '../results/index.js';
import { trustTransitions } from '../transitions/index.js';

const SWEPT_AT_ONCE = 500;

export const retiredAgentSweep: Sweep = {
  name: 'retired agents',
  removes: [agents, attestationRecords, attestations, attestationResults, trustTransitions, tokens],
  removeSome: (services) =>
    chore(services, (act) => removeOne(act, new Date(act.now.getTime() - services.settings.retiredAgentRetentionMs))),
};

/** Removes an agent that retired before a time, or a batch of its rows. */
async function removeOne({ tx, audit }: ChoreAct, before: Date): Promise<number> {
  const view = await lockRetired(tx, before);
  if (view === undefined) return 0;
  const { id, name } = view.agent;
  for (const table of [attestationResults, attestations, trustTransitions, tokens]) {
    const removed = await removeSome(tx, table.id, eq(table.agentId, id), SWEPT_AT_ONCE);
    if (removed > 0) return removed;
  }
  await tx.delete(attestationRecords).where(eq(attestationRecords.agentId, id));
  await tx.delete(agents).where(eq(agents.id, id));
  const details = { name, retiredAt: view.record.retiredAt };
  await audit({ action: 'agent.removed', ...aboutAgent(view), details });
  return 1;
}

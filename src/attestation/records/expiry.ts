import { randomUUID } from 'node:crypto';
import { and, eq, lte } from 'drizzle-orm';
import { anonymous, type Services, type Sweep } from '../../authority/index.js';
import type { Tx } from '../../db/open.js';
import { recordEvents } from '../../events/index.js';
import { aboutAgent, agents, setTrust } from '../../identity/agents/index.js';
import { trustChanged } from './trust.js';

const AT_ONCE = 200;

/**
 * Writes down that trust ran out. It counts without that: whoever reads a state compares the times. But those who watch
 * have to be told, once, whichever replica comes by first.
 */
export const trustExpiry: Sweep = {
  name: 'trust that ran out',
  intervalMs: ({ trustExpiryIntervalMs }) => trustExpiryIntervalMs,
  removeSome: async (services) => {
    const expired = await services.db.transaction((tx) => expireSome(services, tx));
    if (expired > 0) void services.placer.committed();
    return expired;
  },
};

async function expireSome({ clock, recordAudit }: Services, tx: Tx): Promise<number> {
  const now = clock.now();
  const expired = await tx
    .select()
    .from(agents)
    .where(and(eq(agents.trustState, 'TRUSTED'), lte(agents.trustedUntil, now)))
    .limit(AT_ONCE)
    .for('update', { skipLocked: true });
  const request = { requestId: randomUUID(), actor: anonymous, at: now };
  for (const agent of expired) {
    await setTrust(tx, agent.id, 'STALE', agent.trustedUntil);
    const details = { from: 'TRUSTED', to: 'STALE' };
    await recordAudit(tx, request, { action: 'agent.expired', ...aboutAgent({ agent }), details });
  }
  const facts = expired.map(({ id }) => trustChanged(id, 'TRUSTED', 'STALE'));
  await recordEvents(tx, facts, now);
  return expired.length;
}

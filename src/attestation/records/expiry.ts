import { type Chore, type ChoreAct, chore } from '../../authority/index.js';
import { aboutAgent, agents, changeAgents, trustRanOut } from '../../identity/agents/index.js';
import { tellRunOut } from './trust.js';

const AT_ONCE = 500;

/**
 * Stores that trust ran out. Readers of a state compare times and do not need this, but subscribers must get one event,
 * from whichever replica comes first.
 */
export const trustExpiry: Chore = {
  name: 'trust that ran out',
  intervalMs: ({ trustExpiryIntervalMs }) => trustExpiryIntervalMs,
  doSome: (services) => chore(services, expireSome),
};

async function expireSome(act: ChoreAct): Promise<number> {
  const { tx, now, audit } = act;
  const expired = await tx
    .select()
    .from(agents)
    .where(trustRanOut(now).getSQL())
    .limit(AT_ONCE)
    .for('update', { skipLocked: true });
  if (expired.length === 0) return 0;
  await changeAgents(act, expired, { trustState: 'STALE' });
  const details = { from: 'TRUSTED', to: 'STALE' };
  await audit(...expired.map((agent) => ({ action: 'agent.expired', ...aboutAgent({ agent }), details }) as const));
  await tellRunOut(act, expired);
  return expired.length;
}

import { type Chore, type ChoreAct, chore } from '../../authority/index.js';
import { aboutAgent, agents, changeAgents, postponeExpiry, trustAt, trustIsDue } from '../../identity/agents/index.js';
import { tellRunOut } from './trust.js';

const AT_ONCE = 500;

/**
 * Stores that trust ran out. Readers of a state compare times and do not need this, but subscribers must get one event,
 * from whichever replica comes first. Agents whose trust was renewed since it was last looked at are looked at when it
 * ends.
 */
export const trustExpiry: Chore = {
  name: 'trust that ran out',
  intervalMs: ({ trustExpiryIntervalMs }) => trustExpiryIntervalMs,
  doSome: (services) => chore(services, expireSome),
};

async function expireSome(act: ChoreAct): Promise<number> {
  const { tx, now, audit } = act;
  const due = await tx
    .select()
    .from(agents)
    .where(trustIsDue(now).getSQL())
    .limit(AT_ONCE)
    .for('update', { skipLocked: true });
  const expired = due.filter(({ trustState, trustedUntil }) => trustAt(trustState, trustedUntil, now) === 'STALE');
  const renewed = due.filter((agent) => !expired.includes(agent));
  if (renewed.length > 0)
    await postponeExpiry(
      tx,
      renewed.map(({ id }) => id),
    );
  if (expired.length === 0) return due.length;
  await changeAgents(act, expired, { trustState: 'STALE' });
  const details = { from: 'TRUSTED', to: 'STALE' };
  await audit(...expired.map((agent) => ({ action: 'agent.expired', ...aboutAgent({ agent }), details }) as const));
  await tellRunOut(act, expired);
  return due.length;
}

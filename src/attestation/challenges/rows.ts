import { and, eq, lte } from 'drizzle-orm';
import type { Sweep } from '../../authority/index.js';
import type { Tx } from '../../db/open.js';
import { removeSome } from '../../db/remove-some.js';
import { type AgentView, updateRecord } from '../records/index.js';
import { voided } from './challenge.js';
import { attestations } from './tables.js';

const SWEPT_AT_ONCE = 500;

/** Makes the open challenges of an agent void, also one that a replica of the release before made. The caller locked it. */
export async function voidChallenges(tx: Tx, { agent: { id }, record }: AgentView): Promise<void> {
  await updateRecord(tx, id, voided(record));
  const isOpen = and(eq(attestations.agentId, id), eq(attestations.state, 'OPEN'));
  await tx.update(attestations).set({ state: 'VOID' }).where(isOpen);
}

/** Removes the challenges that replicas of the release before kept as rows. */
export const challengeSweep: Sweep = {
  name: 'challenges',
  removes: [attestations],
  removeSome: ({ db, clock, settings }) => {
    const before = new Date(clock.now().getTime() - settings.challengeRetentionMs);
    return removeSome(db, attestations.id, lte(attestations.expiresAt, before), SWEPT_AT_ONCE);
  },
};

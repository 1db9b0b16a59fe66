import type { Tx } from '../../db/open.js';
import { AS_DECLARED } from './in-force.js';
import * as repository from './repository.js';

/**
 * Puts the declared policies back in force, without a server; the transaction must hold the epoch and bump it. Returns
 * the number of the revision that was in force; null when there was none.
 */
export async function removeOverrides(tx: Tx, reason: string | null, createdAt: Date): Promise<number | null> {
  const { inForce } = await repository.findNumbers(tx);
  if (inForce === 0) return null;
  const { entries, enforceNewDefaults } = AS_DECLARED;
  const row = { isCandidate: false, enforceNewDefaults, userId: null, reason, rolledBackTo: 0, createdAt };
  await repository.insert(tx, row, entries);
  return inForce;
}

import type { Tx } from '../../db/open.js';
import { type TransitionRow, trustTransitions } from './tables.js';

export async function insert(tx: Tx, rows: readonly TransitionRow[]): Promise<void> {
  await tx.insert(trustTransitions).values([...rows]);
}

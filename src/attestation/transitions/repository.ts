import type { Tx } from '../../db/open.js';
import { type TransitionRow, trustTransitions } from './tables.js';

export async function insert(tx: Tx, row: TransitionRow): Promise<void> {
  await tx.insert(trustTransitions).values(row);
}

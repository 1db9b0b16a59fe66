import { insertRows } from '../../db/insert-rows.js';
import type { Tx } from '../../db/open.js';
import { type TransitionRow, trustTransitions } from './tables.js';

export const insert = (tx: Tx, rows: readonly TransitionRow[]): Promise<void> => insertRows(tx, trustTransitions, rows);

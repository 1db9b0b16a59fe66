import type { Act, Action } from '../../authority/index.js';
import type { NodeRow } from './tables.js';

/** A node belongs to the system, and so do the entries about it. */
export function auditNode(act: Act, action: Action, { id, name }: NodeRow, details: object = {}): Promise<void> {
  return act.audit({ action, target: { type: 'Node', id }, details: { name, ...details } });
}

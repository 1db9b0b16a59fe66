import { faultForLog } from '../db/errors.js';
import type { AuditFact, Context } from './context.js';

/** Records what was refused, in a transaction of its own, after that of what was refused rolled back. Never throws. */
export async function auditDenial(context: Context, fact: Omit<AuditFact, 'outcome'>): Promise<void> {
  const { actor, clock, requestId, db, log } = context;
  const request = { requestId, actor, at: clock.now() };
  try {
    await db.transaction((tx) => context.recordAudit(tx, request, { ...fact, outcome: 'DENIED' }));
  } catch (error) {
    log.error({ requestId, err: faultForLog(error) }, 'a denial could not be audited');
  }
}

import type { Context, Denial } from './context.js';

/** Records what was refused, after the transaction of what was refused rolled back. Never throws. */
export function auditDenial({ denials, actor, requestId, clock }: Context, fact: Denial['fact']): Promise<void> {
  return denials.record({ actor, requestId, at: clock.now(), fact });
}

import type { Context, Denial } from './context.js';

/** Records a denial, after its transaction rolled back. Never throws. */
export function auditDenial({ denials, actor, requestId, clock }: Context, fact: Denial['fact']): Promise<void> {
  return denials.record({ actor, requestId, at: clock.now(), fact });
}

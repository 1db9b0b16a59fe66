import { type Act, auditDenial, type Context, mutate } from '../../authority/index.js';
import type { aboutAgentAt } from '../../identity/agents/index.js';
import type { PolicyName } from '../../platform/policy/index.js';
import { findBanOfKey } from '../bans/index.js';
import { refused } from './activated.js';

type About = ReturnType<typeof aboutAgentAt>;

/** An endorsement key that is banned, whoever banned it. */
class BannedKey extends Error {
  readonly about: About;
  readonly ek: string;

  constructor(about: About, ek: string) {
    super('the endorsement key is banned');
    this.about = about;
    this.ek = ek;
  }
}

/** Ends a step of an enrollment whose key is banned. `about` is the agent that is enrolled, or would be. */
export async function refuseBanned({ tx }: Act, about: About, ek: string): Promise<void> {
  if ((await findBanOfKey(tx, ek)) !== undefined) throw new BannedKey(about, ek);
}

/** Runs a step of an enrollment. The machine is told of a ban no more than of a wrong token; the audit log has it. */
export async function auditingBans<T>(context: Context, policy: PolicyName, run: (act: Act) => Promise<T>): Promise<T> {
  try {
    return await mutate(context, { policy }, run);
  } catch (error) {
    if (!(error instanceof BannedKey)) throw error;
    const details = { ek: error.ek, reason: 'the endorsement key is banned' };
    await auditDenial(context, { action: 'agent.enrollment_refused', policy, ...error.about, details });
    throw refused();
  }
}

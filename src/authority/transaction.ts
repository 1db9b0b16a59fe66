import { setTimeout as delay } from 'node:timers/promises';
import { databaseFault } from '../db/errors.js';
import type { Tx } from '../db/open.js';
import { Refusal } from '../platform/errors.js';
import type { PolicyName } from '../platform/policy/index.js';
import { requireSoundClock } from './clock-skew.js';
import type { AuthorizationContext, Context } from './context.js';
import { auditDenial } from './denied.js';

/** What a use case has inside its transaction, in `mutate` and in `observe`. */
export interface WriteAct extends AuthorizationContext {
  readonly tx: Tx;
  readonly now: Date;
  /** The request without the database: inside the transaction only `tx` may be used. */
  readonly context: Omit<Context, 'db'>;
}

/** Ends an attempt that must run again from its beginning, although nothing failed. */
export class RunAgain extends Error {}

/** Requests whose transaction is running. A request runs one after another; no other request shares its context. */
const writing = new WeakSet<Context>();

/** One of them may have ended with `RunAgain`. */
const ATTEMPTS = 5;

/**
 * Runs a use case in one transaction of a request. After a conflict in the database the whole use case runs again.
 *
 * @throws Refusal UNAVAILABLE while the clocks are too far apart; Error inside another transaction of the same request.
 */
export async function inTransaction<T>(
  context: Context,
  policy: PolicyName,
  attempt: (tx: Tx) => Promise<T>,
): Promise<T> {
  requireSoundClock(context);
  if (writing.has(context)) throw new Error(`${policy}: a change cannot begin inside another; pass \`act\` on.`);
  writing.add(context);
  try {
    return await attempts(context, policy, attempt);
  } finally {
    writing.delete(context);
  }
}

async function attempts<T>(context: Context, policy: PolicyName, attempt: (tx: Tx) => Promise<T>): Promise<T> {
  for (let count = 1; ; count++) {
    try {
      return await context.db.transaction(attempt);
    } catch (error) {
      if (error instanceof RunAgain) continue;
      // A deadlock or serialization failure rolled everything back, so the whole use case can run again.
      const canRetry = count < ATTEMPTS && databaseFault(error).kind === 'conflict';
      if (!canRetry) {
        await auditHidden(context, policy, error);
        throw error;
      }
      await delay(10 * count * count);
    }
  }
}

/** Audits a write to a row that the caller may not read as a denial. A missing row leaves the same entry. */
async function auditHidden(context: Context, policy: PolicyName, error: unknown): Promise<void> {
  if (!(error instanceof Refusal) || error.code !== 'NOT_FOUND' || context.actor.principal === null) return;
  await auditDenial(context, { action: 'request.denied', policy, details: { reason: 'NOT_FOUND' } });
}

/** On the embedded engine, another handle would wait for this transaction forever; on Postgres it would not see it. */
export function withoutDatabase(context: Context): WriteAct['context'] {
  const inside = {
    ...context,
    get db(): never {
      throw new Error('Inside a change only `act.tx` may be used, not the database.');
    },
  };
  return inside;
}

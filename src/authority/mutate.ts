import { setTimeout as delay } from 'node:timers/promises';
import { databaseFault } from '../db/errors.js';
import type { Tx } from '../db/open.js';
import { type EventFact, recordEvents } from '../events/index.js';
import { Refusal } from '../platform/errors.js';
import type { PolicyName } from '../platform/policy/index.js';
import { isCurrent } from './actor.js';
import { requireSoundClock } from './clock-skew.js';
import type { AuditFact, AuthorizationContext, Context } from './context.js';
import { requireOperation } from './decide.js';
import { auditDenial } from './denied.js';
import { bumpEpoch, type EpochHold, lockEpoch } from './epoch.js';

/** What a use case has inside its transaction. */
export interface Act extends AuthorizationContext {
  readonly tx: Tx;
  readonly now: Date;
  /** The request without the database: inside the transaction only `tx` may be used. */
  readonly context: Omit<Context, 'db'>;
  /** Writes an audit entry; it commits with the change or not at all. */
  audit(fact: AuditFact): Promise<void>;
  /** Adds an event for streams: written at the end of the transaction, sent after its commit. */
  event(fact: EventFact): void;
  /**
   * Call this once it is certain that rights change, before the first write: it locks the epoch exclusively and bumps
   * it. If the epoch was shared so far, the use case runs again from its beginning.
   */
  changeRights(): Promise<void>;
  /** Returns a result when everything was as requested already: nothing was written, so nothing is audited. */
  unchanged<T>(result: T): T;
}

export interface MutateOptions {
  readonly policy: PolicyName;
}

/** Ends an attempt that reaches a change of rights while it only shares the epoch: two such attempts would deadlock. */
class EpochIsShared extends Error {}

/** Requests whose change is running. A request makes one change after another; no other request shares its context. */
const changing = new WeakSet<Context>();

/** One of them may only find out that the epoch must be locked exclusively. */
const ATTEMPTS = 5;

/**
 * Runs a use case in one transaction: the caller's rights are current (the epoch is locked until commit), the operation
 * is decided again under them, and a change without an audit entry does not commit. The epoch is shared until the use
 * case changes rights, so all other changes run side by side.
 */
export async function mutate<T>(context: Context, options: MutateOptions, run: (act: Act) => Promise<T>): Promise<T> {
  requireSoundClock(context);
  if (changing.has(context))
    throw new Error(`${options.policy}: a change cannot begin inside another; pass \`act\` on.`);
  changing.add(context);
  try {
    return await attempts(context, options, run);
  } finally {
    changing.delete(context);
  }
}

async function attempts<T>(context: Context, options: MutateOptions, run: (act: Act) => Promise<T>): Promise<T> {
  let hold: EpochHold = 'share';
  for (let attempt = 1; ; attempt++) {
    try {
      const { result, hasEvents } = await context.db.transaction((tx) => runOnce(context, options, { tx, hold }, run));
      if (hasEvents) void context.placer.committed();
      return result;
    } catch (error) {
      if (error instanceof EpochIsShared) {
        hold = 'update';
        continue;
      }
      // A deadlock or serialization failure rolled everything back, so the whole use case can run again.
      const canRetry = attempt < ATTEMPTS && databaseFault(error).kind === 'conflict';
      if (!canRetry) {
        await auditHidden(context, options.policy, error);
        throw error;
      }
      await delay(10 * attempt * attempt);
    }
  }
}

/**
 * A change to a row that the caller may not read is audited as a denial; the caller gets the same error as for a
 * missing row. A missing row leaves the same entry.
 */
async function auditHidden(context: Context, policy: PolicyName, error: unknown): Promise<void> {
  if (!(error instanceof Refusal) || error.code !== 'NOT_FOUND' || context.actor.principal === null) return;
  await auditDenial(context, { action: 'request.denied', policy, details: { reason: 'NOT_FOUND' } });
}

/** On the embedded engine, another handle would wait for this transaction forever; on Postgres it would not see it. */
function withoutDatabase(context: Context): Act['context'] {
  const inside = {
    ...context,
    get db(): never {
      throw new Error('Inside a change only `act.tx` may be used, not the database.');
    },
  };
  return inside;
}

interface Attempt {
  readonly tx: Tx;
  readonly hold: EpochHold;
}

async function runOnce<T>(
  context: Context,
  options: MutateOptions,
  { tx, hold }: Attempt,
  run: (act: Act) => Promise<T>,
): Promise<{ result: T; hasEvents: boolean }> {
  const epoch = await lockEpoch(tx, hold);
  const now = context.clock.now();
  const isSame = isCurrent(context.actor, epoch, now);
  const { actor, policies, candidate } = isSame ? context : await context.reauthenticate(tx);
  const authorization = { actor, policies, candidate };
  requireOperation(authorization, options.policy);
  let entries = 0;
  const audit = async (fact: AuditFact) => {
    entries += 1;
    await context.recordAudit(
      tx,
      { requestId: context.requestId, actor, at: now },
      { policy: options.policy, ...fact },
    );
  };
  const events: EventFact[] = [];
  const event = (fact: EventFact) => void events.push(fact);
  const changeRights = async () => {
    if (hold === 'share') throw new EpochIsShared();
    await bumpEpoch(tx);
  };
  let isUnchanged = false;
  const unchanged = <R>(result: R): R => {
    isUnchanged = true;
    return result;
  };
  const result = await run({
    ...authorization,
    tx,
    now,
    context: withoutDatabase(context),
    audit,
    event,
    changeRights,
    unchanged,
  });
  if (isUnchanged && entries + events.length > 0) throw new Error(`${options.policy}: a change was called none`);
  if (!isUnchanged && entries === 0) throw new Error(`${options.policy}: a change must leave an audit entry`);
  await recordEvents(tx, events, now);
  return { result, hasEvents: events.length > 0 };
}

import type { Tx } from '../db/open.js';
import { type EventFact, recordEvents } from '../events/index.js';
import type { PolicyName } from '../platform/policy/index.js';
import { isCurrent } from './actor.js';
import type { AuditFact, Context } from './context.js';
import { requireOperation } from './decide.js';
import { bumpEpoch, type EpochHold, lockEpoch } from './epoch.js';
import { inTransaction, RunAgain, type WriteAct, withoutDatabase } from './transaction.js';

/** What a use case has inside its transaction. */
export interface Act extends WriteAct {
  /** Records what is being done; it commits with the change or not at all. */
  audit(fact: AuditFact): Promise<void>;
  /** Tells those who watch what changed; written at the end of the transaction, told once it is committed. */
  event(fact: EventFact): void;
  /**
   * Called once it is settled that what somebody may do changes, before the first write: holds the epoch alone from here
   * on, and moves it. Where the epoch was shared so far, the use case runs again from its beginning.
   */
  changeRights(): Promise<void>;
  /** Answers a use case that found all as it is wanted: nothing was written, so there is nothing to audit. */
  unchanged<T>(result: T): T;
}

export interface MutateOptions {
  readonly policy: PolicyName;
}

/**
 * Runs a use case in one transaction: the caller's rights are as they are now (the epoch is held until commit), the
 * operation is decided again under them, and a change without an audit entry does not commit. The epoch is shared with
 * all others until the use case says that rights change, so who changes nothing holds up nobody.
 */
export async function mutate<T>(context: Context, options: MutateOptions, run: (act: Act) => Promise<T>): Promise<T> {
  let hold: EpochHold = 'share';
  /** Ends an attempt that changes rights while it only shares the epoch: two that raised their locks would deadlock. */
  const holdAlone = () => {
    hold = 'update';
    throw new RunAgain();
  };
  const { result, hasEvents } = await inTransaction(context, options.policy, (tx) =>
    runOnce(context, options, { tx, hold, holdAlone }, run),
  );
  if (hasEvents) void context.placer.committed();
  return result;
}

interface Attempt {
  readonly tx: Tx;
  readonly hold: EpochHold;
  readonly holdAlone: () => never;
}

async function runOnce<T>(
  context: Context,
  options: MutateOptions,
  { tx, hold, holdAlone }: Attempt,
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
    if (hold === 'share') holdAlone();
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

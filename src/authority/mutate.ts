import type { Tx } from '../db/open.js';
import { type EventFact, recordEvents } from '../events/index.js';
import type { PolicyName } from '../platform/policy/index.js';
import { isCurrent } from './actor.js';
import { Changes } from './changes.js';
import type { AuditFact, Context } from './context.js';
import { requireOperation } from './decide.js';
import { bumpEpoch, type EpochHold, lockEpoch } from './epoch.js';
import { inTransaction, RunAgain, type WriteAct, withoutDatabase } from './transaction.js';

/** What a use case has inside its transaction. */
export interface Act extends WriteAct {
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

/**
 * Runs a use case in one transaction: the caller's rights are current (the epoch is locked until commit), the operation
 * is decided again under them, and a change without an audit entry does not commit. The epoch is shared until the use
 * case changes rights, so all other changes run side by side.
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
  const changes = new Changes();
  const audit = async (fact: AuditFact) => {
    entries += 1;
    const request = { requestId: context.requestId, actor, at: now };
    const [place] = await context.recordAudit(tx, request, { policy: options.policy, ...fact });
    changes.audited(fact, place);
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
  const told = changes.with(events);
  await recordEvents(tx, told, now);
  return { result, hasEvents: told.length > 0 };
}

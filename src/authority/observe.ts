import { causeOf, databaseFault } from '../db/errors.js';
import type { Tx } from '../db/open.js';
import { unauthenticated, wrongScope } from '../platform/errors.js';
import type { Id } from '../platform/ids.js';
import type { PolicyName } from '../platform/policy/index.js';
import { isOver } from './actor.js';
import { requireSoundClock } from './clock-skew.js';
import type { Context } from './context.js';
import { requireOperation } from './decide.js';
import { type Act, mutate } from './mutate.js';
import { inTransaction, type WriteAct, withoutDatabase } from './transaction.js';

/** What a machine's report has inside its transaction. It cannot write an audit entry or an event, nor change rights. */
export interface ObserveAct<Row> extends WriteAct {
  /** The caller's own row as it is now, locked until the transaction ends. */
  readonly row: Row;
  /** Ends a report that changes state: all of it is undone, and the use case runs as a change. */
  changesState(): never;
}

/** What a request read of its caller. A statement that writes on these grounds must find them unchanged. */
export interface Grounds {
  readonly tokenId: string;
  readonly epoch: number;
  readonly now: Date;
  /** What ends before this might end while the statement waits: then `now` says too little. */
  readonly soon: Date;
}

export interface ObserveOptions<Row, T> {
  readonly policy: PolicyName;
  /**
   * The report as one statement, which commits by itself; undefined when it wrote nothing, and the report runs in a
   * transaction. It skips what others hold instead of waiting, and writes only while the token is valid at `now`, the
   * epoch is the same, and the caller's row is as the decision saw it. Tests show it for each of these statements.
   */
  readonly atOnce?: (grounds: Grounds) => Promise<T | undefined>;
  /** Locks the caller's own row (`for update`) and returns it as it is then. Every change of its state locks it too. */
  readonly lock: (tx: Tx, callerId: Id<'Agent'>) => Promise<Row | undefined>;
  /** What a user locks who reports by itself, such as a worker with the role `service`; absent where none may. */
  readonly lockForUser?: (tx: Tx, callerId: Id<'User'>) => Promise<Row | undefined>;
}

/** How long a statement takes at most by any settings: a minute for a connection, half of one each for locks and its work. */
const STATEMENT_MAX_MS = 120_000;

/** Ends a report that must run as a change. */
class StateChanges extends Error {}

/**
 * Writes what a machine reports as routine, without the epoch, an audit entry or an event: the record that it writes is
 * its trace. That is one statement while everything is as the request read it. Otherwise it is one transaction: the
 * caller's row is locked first, then its credential, trust and policies are read again, and the operation is decided
 * again. docs/decisions/0032-observe.md says why no report commits on rights that were gone by the time of the lock.
 *
 * @param change The same use case as a change; runs after `act.changesState()`, in `mutate`.
 * @throws Refusal UNAUTHENTICATED, FORBIDDEN for a caller that reports nothing, before anything is read or written.
 */
export async function observe<Row, T>(
  context: Context,
  options: ObserveOptions<Row, T>,
  report: (act: ObserveAct<Row>) => Promise<T>,
  change?: (act: Act) => Promise<T>,
): Promise<T> {
  const { policy, atOnce } = options;
  const locked = lockOf(context, options);
  const grounds = atOnce && groundsOf(context, policy);
  const written = grounds && (await unlessItMayRunAgain(() => atOnce(grounds)));
  if (written !== undefined) return written;
  try {
    return await inTransaction(context, policy, (tx) => reportOnce(context, policy, { tx, locked }, report));
  } catch (error) {
    if (error instanceof StateChanges && change !== undefined) return mutate(context, { policy }, change);
    throw error;
  }
}

/** Locks the row of the caller. */
type Locked<Row> = (tx: Tx) => Promise<Row | undefined>;

function lockOf<Row, T>(
  { actor: { principal } }: Context,
  { policy, lock, lockForUser }: ObserveOptions<Row, T>,
): Locked<Row> {
  if (principal === null) throw unauthenticated();
  if (principal.kind === 'agent') return (tx) => lock(tx, principal.id);
  if (lockForUser === undefined) throw wrongScope(policy, ['agent']);
  return (tx) => lockForUser(tx, principal.id);
}

/**
 * Undefined too for a statement that ended in a conflict, or on a connection that may only read: a transaction tries again,
 * and ends such a connection. Nothing was written, or the report finds it.
 */
async function unlessItMayRunAgain<T>(run: () => Promise<T>): Promise<T | undefined> {
  try {
    return await run();
  } catch (error) {
    if (databaseFault(error).kind === 'conflict' || causeOf(error) === 'read-only') return undefined;
    throw error;
  }
}

/** Undefined when the token is about to end: then its end is compared with a time that is read later. */
function groundsOf(context: Context, policy: PolicyName): Grounds | undefined {
  const { actor, clock } = context;
  requireSoundClock(context);
  requireOperation(context, policy);
  const now = clock.now();
  const soon = new Date(now.getTime() + STATEMENT_MAX_MS);
  if (actor.token === null || isOver(actor, soon)) return undefined;
  return { tokenId: actor.token.id, epoch: actor.epoch, now, soon };
}

interface Attempt<Row> {
  readonly tx: Tx;
  readonly locked: Locked<Row>;
}

async function reportOnce<Row, T>(
  context: Context,
  policy: PolicyName,
  { tx, locked }: Attempt<Row>,
  report: (act: ObserveAct<Row>) => Promise<T>,
): Promise<T> {
  const row = await locked(tx);
  const now = context.clock.now();
  // Not in the statement that locks: that one sees the other tables as they were before it waited.
  const { actor, policies, candidate } = await context.reauthenticate(tx);
  const authorization = { actor, policies, candidate };
  requireOperation(authorization, policy);
  if (row === undefined) throw unauthenticated();
  const changesState = () => {
    throw new StateChanges(`${policy}: a report that changes state needs a change to run instead`);
  };
  return report({ ...authorization, tx, now, context: withoutDatabase(context), row, changesState });
}

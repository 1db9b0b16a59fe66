import type { ServerResponse } from 'node:http';
import { type ExecutionResult, execute } from 'graphql';
import { type Context, type Feed, requireOperation } from '../../authority/index.js';
import { type Beginning, beginAt, type Piece } from '../../events/index.js';
import type { PolicyName } from '../../platform/policy/index.js';
import { logFaults } from '../graphql/apollo.js';
import { maskError, refusalFor } from '../graphql/mask.js';
import { recordDenial } from '../guard/denials.js';
import type { Guarded } from '../guard/enforce.js';
import { holderOf } from './holder.js';
import { callerKey, type Look } from './look.js';
import type { Follower, Lookout } from './lookout.js';
import type { Subscription } from './subscription.js';

/** How long a stream is silent at most; as often its caller and its events are looked at without being woken. */
const HEARTBEAT_MS = 12_000;
/** The part of that time over which streams that began together come apart. */
const HEARTBEAT_SPREAD = 0.25;

export interface Stream {
  readonly guarded: Guarded;
  readonly lookout: Lookout;
  readonly subscription: Subscription;
  readonly feed: Feed;
  readonly policy: PolicyName;
  /** The request; each event gets a context of its own from it. */
  readonly context: Context;
  /** Ends the stream: the client went, the server stops, or it was open long enough. */
  readonly signal: AbortSignal;
}

/**
 * Answers a subscription in the form of graphql-sse's distinct connections, until it is ended. What is wrong at the
 * beginning is thrown, and refused like any request; what goes wrong later is the stream's last answer.
 */
export async function answerStream(stream: Stream, response: ServerResponse): Promise<void> {
  const answers = answersOf(stream);
  let answer = await answers.next();
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache, no-store',
    // Nothing else is asked on it, and a server that stops need not wait for it.
    connection: 'close',
    // Proxies that gather an answer before they pass it on would hold events back.
    'x-accel-buffering': 'no',
  });
  const say = (text: string) => send(response, stream.context.settings.streamPatienceMs, text);
  try {
    for (; !answer.done; answer = await answers.next()) await say(frameOf(answer.value));
  } catch (error) {
    await say(frameOf(lastWord(stream.context, error)));
  }
  await say('event: complete\ndata:\n\n');
  response.end();
}

/** Null is a sign of life. */
type Answer = ExecutionResult | null;

/** Where a stream is. */
interface Place {
  readonly tells: ReturnType<Feed['tells']>;
  /** The objects that were asked for by their ids; null for all. */
  readonly objectIds: ReadonlySet<string> | null;
  /** Where `piece` begins; everything before was sent, or is not for this caller. Null until the first look of who begins now. */
  position: number | null;
  /** What was read behind it and not decided yet: a few events, whoever may see them. */
  piece: Piece | null;
  /** The caller, as it was known last. */
  known: Context;
  /** Gives back what the answer that is being sent was made with. */
  readonly held: (() => void)[];
}

/** One event at a time, taken when the one before was sent, so little is kept for a client that reads slowly. */
async function* answersOf(stream: Stream): AsyncGenerator<Answer, void> {
  const { feed, subscription, signal, lookout, context } = stream;
  const { db, clock, settings } = context;
  const position = await beginAt(db, subscription.args as Beginning, clock.now(), settings.eventRetentionMs);
  const tells = feed.tells(subscription.args);
  const asked = feed.asksFor?.(subscription.args);
  const objectIds = asked == null ? null : new Set(asked);
  const place: Place = { tells, objectIds, position, piece: null, known: context, held: [] };
  const { listener, unfollow } = lookout.follow(feed, objectIds, holderOf(context.actor).id);
  try {
    let isSign = false;
    let hasCaughtUp = false;
    for (let signDue = 0; !signal.aborted; ) {
      const follower: Follower = { caller: callerKey(context), listener, signal, isSign };
      const step: Step | undefined = await lookout.turn(follower, (look) =>
        stepOf(stream, place, look, follower.isSign),
      );
      if (signal.aborted || step === undefined) return;
      if (step.answer !== null) {
        yield step.answer;
        release(place);
      }
      // A sign also says, once, that all there was before is told.
      const isSignSent = (!step.isBehind && !hasCaughtUp) || (step.answer === null && performance.now() >= signDue);
      if (isSignSent) yield null;
      if (isSignSent || step.answer !== null)
        signDue = performance.now() + HEARTBEAT_MS * (1 - Math.random() * HEARTBEAT_SPREAD);
      hasCaughtUp ||= !step.isBehind;
      isSign = !step.isBehind && !(await listener.wait(waitMs(place.known, signDue), signal));
    }
  } finally {
    unfollow();
    release(place);
  }
}

function release({ held }: Place): void {
  for (const done of held.splice(0)) done();
}

interface Step {
  /** Null when no event came that the caller may see. */
  readonly answer: Answer;
  /** Whether there is more to be decided already. */
  readonly isBehind: boolean;
}

/**
 * Goes on to the next event that the caller may see as it stands at a look, under the policies as they are then.
 * @throws Refusal when its bearer counts no longer, or it may not watch any more.
 */
async function stepOf(stream: Stream, place: Place, look: Look, isSign: boolean): Promise<Step> {
  const { feed, policy } = stream;
  const context = await look.contextFor(stream.context, place.known);
  place.known = context;
  requireOperation(context, policy);
  place.position ??= look.endOf(feed);
  const piece = place.piece ?? (await look.behind(feed, place.position, place.objectIds));
  // What is fresh enough for a heartbeat is too old to decide what no notification announced.
  if (isSign && piece.events.length > 0) return { answer: null, isBehind: true };
  const event = await look.firstOf(feed, piece.events, context, place.tells);
  const rest = event ? piece.events.slice(piece.events.indexOf(event) + 1) : [];
  place.piece = rest.length > 0 ? { events: rest, end: piece.end } : null;
  if (place.piece === null) place.position = piece.end;
  const isBehind = place.piece !== null || piece.end < look.endOf(feed);
  if (event === undefined) return { answer: null, isBehind };
  stream.lookout.metrics.sent();
  const atEnd = (done: () => void) => void place.held.push(done);
  return { answer: await answerEvent(stream, { ...context, atEnd }, event), isBehind };
}

/** Until the next sign of life, or until the bearer expires. */
function waitMs({ actor, clock }: Context, signDue: number): number {
  const left = (actor.token?.expiresAt.getTime() ?? Number.POSITIVE_INFINITY) - clock.now().getTime();
  return Math.max(1, Math.min(signDue - performance.now(), left));
}

async function answerEvent({ guarded, subscription }: Stream, context: Context, event: object): Promise<Answer> {
  const { document, operationName, variables, field } = subscription;
  const result = await execute({
    schema: guarded.allowsAll(document, context) ? guarded.bare : guarded.shielded,
    document,
    operationName,
    variableValues: variables,
    contextValue: context,
    rootValue: { [field]: event },
  });
  if (!result.errors) return result;
  logFaults(context, result.errors);
  const { requestId } = context;
  const errors = result.errors.map((error) => {
    const masked = maskError(error.toJSON(), error);
    return { ...masked, extensions: { ...masked.extensions, requestId } };
  });
  await recordDenial(context, errors, { document, operationName });
  return { ...result, errors: errors as never };
}

function lastWord({ log, requestId }: Context, error: unknown): Answer {
  const { message, extensions } = refusalFor(error, log, requestId);
  return { errors: [{ message, extensions: { ...extensions, requestId } } as never] };
}

const frameOf = (answer: Answer) => (answer === null ? ':\n\n' : `event: next\ndata: ${JSON.stringify(answer)}\n\n`);

/** Resolves once the connection has taken it; one that takes nothing for too long is cut. */
async function send(response: ServerResponse, patienceMs: number, text: string): Promise<void> {
  if (response.destroyed) return;
  const timer = setTimeout(() => response.destroy(), patienceMs);
  await new Promise<unknown>((resolve) => {
    response.once('close', resolve);
    response.write(text, () => {
      response.off('close', resolve);
      resolve(null);
    });
  });
  clearTimeout(timer);
}

import type { ServerResponse } from 'node:http';
import { type ExecutionResult, execute } from 'graphql';
import { type Context, type Feed, requireOperation } from '../../authority/index.js';
import { type Beginning, beginAt, type Piece } from '../../events/index.js';
import type { PolicyName } from '../../platform/policy/index.js';
import { logFaults } from '../graphql/apollo.js';
import { maskError, refusalFor } from '../graphql/mask.js';
import { recordDenial } from '../guard/denials.js';
import type { Guarded } from '../guard/enforce.js';
import { type Gathers, gather, pacedBy } from './gathering.js';
import { holderOf } from './holder.js';
import { callerKey, type Look } from './look.js';
import type { Follower, Lookout } from './lookout.js';
import type { Subscription } from './subscription.js';

/** The longest silence of a stream; as often, it checks its caller and its events without being woken. */
const HEARTBEAT_MS = 12_000;
/** The part of that time over which streams that began together drift apart. */
const HEARTBEAT_SPREAD = 0.25;

export interface Stream {
  readonly guarded: Guarded;
  readonly lookout: Lookout;
  readonly subscription: Subscription;
  readonly feed: Feed;
  readonly policy: PolicyName;
  /** The request; each event gets its own context, made from it. */
  readonly context: Context;
  /** Ends the stream: the client left, the server stops, or the stream was open long enough. */
  readonly signal: AbortSignal;
}

/**
 * Answers a subscription in the form of graphql-sse's distinct connections, until it ends. An error at the beginning is
 * thrown, and refused like any request; a later error is the stream's last answer.
 */
export async function answerStream(stream: Stream, response: ServerResponse): Promise<void> {
  const answers = answersOf(stream);
  let answer = await answers.next();
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache, no-store',
    // No other request comes on it, and a server that stops need not wait for it.
    connection: 'close',
    // Proxies that buffer an answer before they pass it on would hold events back.
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

/** Null is a heartbeat. */
type Answer = ExecutionResult | null;

/** The state of a stream. */
interface Place {
  readonly teller: Teller;
  /** The objects that were requested by id; null for all. */
  readonly objectIds: ReadonlySet<string> | null;
  /** Where `piece` begins; all before was sent, or is not for this caller. Null before the first look at "now". */
  position: number | null;
  /** Events after it that were read and not decided yet: a few, whoever may see them. */
  piece: Piece | null;
  /** The caller, as last read. */
  known: Context;
  /** Functions that release what the answer that is being sent was made with. */
  readonly held: (() => void)[];
}

/** How the feed decides on events, one by one or all together. */
type Teller = { readonly tells: ReturnType<NonNullable<Feed['tells']>> } | { readonly gathers: Gathers };

/** One event at a time, taken when the one before was sent, so little is kept for a client that reads slowly. */
async function* answersOf(stream: Stream): AsyncGenerator<Answer, void> {
  const { feed, subscription, signal, lookout, context } = stream;
  const { db, clock, settings } = context;
  const position = await beginAt(db, subscription.args as Beginning, clock.now(), settings.eventRetentionMs);
  const { args } = subscription;
  const teller = feed.gather ? { gathers: feed.gather(args) } : { tells: feed.tells(args) };
  const asked = feed.asksFor?.(args);
  const objectIds = asked == null ? null : new Set(asked);
  const place: Place = { teller, objectIds, position, piece: null, known: context, held: [] };
  const { listener, unfollow } = lookout.follow(feed, objectIds, holderOf(context.actor).id);
  const pace = pacedBy(feed, signal);
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
      // A heartbeat also says, once, that all earlier events were sent.
      const isSignSent = (!step.isBehind && !hasCaughtUp) || (step.answer === null && performance.now() >= signDue);
      if (isSignSent) yield null;
      if (isSignSent || step.answer !== null)
        signDue = performance.now() + HEARTBEAT_MS * (1 - Math.random() * HEARTBEAT_SPREAD);
      hasCaughtUp ||= !step.isBehind;
      isSign = !step.isBehind && !(await listener.wait(waitMs(place.known, signDue), signal));
      if (!isSign) await pace();
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
  /** Null when there was no event that the caller may see. */
  readonly answer: Answer;
  /** Whether more events wait to be decided. */
  readonly isBehind: boolean;
}

/**
 * Goes on to the next event that the caller may see, as the caller and the policies are at a look.
 * @throws Refusal when its credential is no longer valid, or it may no longer watch.
 */
async function stepOf(stream: Stream, place: Place, look: Look, isSign: boolean): Promise<Step> {
  const { feed, policy } = stream;
  const context = await look.contextFor(stream.context, place.known);
  place.known = context;
  requireOperation(context, policy);
  place.position ??= look.endOf(feed);
  const piece = place.piece ?? (await look.behind(feed, place.position, place.objectIds));
  // A look that is fresh enough for a heartbeat is too old to decide events that no notification announced.
  if (isSign && piece.events.length > 0) return { answer: null, isBehind: true };
  const event = await next(stream, place, look, piece);
  const isBehind = place.piece !== null || place.position < look.endOf(feed);
  if (event == null) return { answer: null, isBehind };
  stream.lookout.metrics.sent();
  const atEnd = (done: () => void) => void place.held.push(done);
  return { answer: await answerEvent(stream, { ...context, atEnd }, event), isBehind };
}

/** What is answered next of a piece or, when events are gathered, of all there is; moves the place behind it. */
async function next({ feed }: Stream, place: Place, look: Look, piece: Piece): Promise<object | null | undefined> {
  const { known, teller, objectIds } = place;
  if ('gathers' in teller) {
    const from = { look, feed, gathers: teller.gathers, authorization: known, objectIds };
    const { answer, end } = await gather(from, piece);
    place.position = end;
    return answer;
  }
  const event = await look.firstOf(feed, piece.events, known, teller.tells);
  const rest = event ? piece.events.slice(piece.events.indexOf(event) + 1) : [];
  place.piece = rest.length > 0 ? { events: rest, end: piece.end } : null;
  if (place.piece === null) place.position = piece.end;
  return event;
}

/** Until the next heartbeat, or until the token expires. */
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

/** Resolves once the connection has taken the text; a connection that takes nothing for too long is cut. */
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

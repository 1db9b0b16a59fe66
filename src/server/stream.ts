import type { ServerResponse } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { type ExecutionResult, execute } from 'graphql';
import { type Context, type Feed, RIGHTS_TOPIC, requireOperation } from '../authority/index.js';
import { type Beginning, type Bells, beginAt, lastPosition } from '../events/index.js';
import type { PolicyName } from '../platform/policy/index.js';
import { recordDenial } from './denials.js';
import type { Guarded } from './enforce.js';
import { logFaults } from './graphql.js';
import { maskError, refusalFor } from './mask.js';
import type { Subscription } from './subscription.js';

/** How long a stream is silent at most; as often the caller's rights are looked up again without an event. */
const HEARTBEAT_MS = 12_000;
export interface Stream {
  readonly guarded: Guarded;
  readonly bells: Bells;
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

/** One event at a time, read when the one before was sent, so nothing is kept for a client that reads slowly. */
async function* answersOf(stream: Stream): AsyncGenerator<Answer, void> {
  const { feed, subscription, signal, bells } = stream;
  const { db, clock, settings } = stream.context;
  const bell = bells.hang(feed.type, RIGHTS_TOPIC);
  try {
    let position = await beginAt(db, subscription.args as Beginning, clock.now(), settings.eventRetentionMs);
    for (;;) {
      const context = await contextNow(stream);
      // Read first: what is committed later is behind it.
      const last = await lastPosition(db);
      const event = await feed.next(context, subscription.args, position);
      if (signal.aborted) return;
      if (event) {
        yield await answerEvent(stream, context, event);
        position = event.position;
      } else {
        yield null;
        position = Math.max(position, last);
        await bell.wait(waitMs(context), signal);
        if (signal.aborted) return;
      }
    }
  } finally {
    bell.takeDown();
  }
}

/** The caller as it stands now, under the policies as they are now. @throws Refusal when its bearer counts no longer, or it may not watch any more. */
async function contextNow({ context, policy }: Stream): Promise<Context> {
  const now = { ...context, ...(await context.reauthenticate(context.db)) };
  requireOperation(now, policy);
  return now;
}

/** Until the next sign of life, or until the bearer expires. */
function waitMs({ actor, clock }: Context): number {
  const left = (actor.token?.expiresAt.getTime() ?? Number.POSITIVE_INFINITY) - clock.now().getTime();
  return Math.max(1, Math.min(HEARTBEAT_MS, left));
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
  await recordDenial(context, errors);
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
  // The embedded database answers within one turn of the event loop: a long catch-up would keep all others waiting.
  await setImmediate();
}

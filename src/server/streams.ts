import type { ServerResponse } from 'node:http';
import type { Context, Feed, Route } from '../authority/index.js';
import type { Bells } from '../events/index.js';
import { badInput } from '../platform/errors.js';
import { definePolicy } from '../platform/policy/index.js';
import { BODY_MAX_SMALL, isJson, readJson, refuseMediaType } from './body.js';
import { Costs } from './cost.js';
import type { Guarded } from './enforce.js';
import type { RequestLimits } from './rate-limits.js';
import { answerStream } from './stream.js';
import { readSubscription } from './subscription.js';

export const streamPolicy = definePolicy({
  name: 'stream:open',
  description: 'Open a stream for a subscription, which is under the policy of its field.',
  scopeTypes: 'authenticated',
  check: '@',
  operations: ['HTTP.openStream'],
});

export interface StreamOptions {
  readonly guarded: Guarded;
  readonly feeds: Readonly<Record<string, Feed>>;
  readonly bells: Bells;
  readonly limits: RequestLimits;
}

/** The streams of a process. */
export class Streams {
  readonly #options: StreamOptions;
  readonly #costs: Costs;
  readonly #open = new Set<AbortController>();
  #isEnding = false;

  constructor(options: StreamOptions) {
    this.#options = options;
    this.#costs = new Costs(options.guarded.bare);
  }

  readonly route: Route = {
    name: 'openStream',
    method: 'POST',
    path: /^\/graphql\/stream$/,
    handle: async (context, _parameter, request, response) => {
      if (!isJson(request)) return refuseMediaType(response);
      await this.#answer(context, await readJson(request, BODY_MAX_SMALL), response);
    },
  };

  /** Ends all streams in good order: their clients resume elsewhere. */
  end(): void {
    this.#isEnding = true;
    for (const stream of this.#open) stream.abort();
  }

  async #answer(context: Context, asked: unknown, response: ServerResponse): Promise<void> {
    const { guarded, feeds, bells, limits } = this.#options;
    const subscription = readSubscription(guarded.bare, this.#costs, asked);
    guarded.requireWithinLimit(subscription.document, context);
    const feed = feeds[subscription.field];
    const policy = context.policies.policyFor(`Subscription.${subscription.field}`)?.name;
    if (!feed || !policy) throw badInput('There are no events for this field.');
    context.charge(subscription.cost, 'subscription');
    const leaving: (() => void)[] = [];
    try {
      limits.admitStream(context.actor.principal?.id ?? '', (done) => leaving.push(done));
      const { signal, close } = this.#opened(response, context.settings.streamLifetimeMs);
      leaving.push(close);
      await answerStream({ guarded, bells, subscription, feed, policy, context, signal }, response);
    } finally {
      for (const leave of leaving) leave();
    }
  }

  #opened(response: ServerResponse, lifetimeMs: number) {
    const stream = new AbortController();
    const abort = () => stream.abort();
    this.#open.add(stream);
    response.once('close', abort);
    const timer = setTimeout(abort, lifetimeMs);
    if (this.#isEnding || response.destroyed) abort();
    const close = () => {
      clearTimeout(timer);
      this.#open.delete(stream);
    };
    return { signal: stream.signal, close };
  }
}

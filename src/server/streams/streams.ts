import type { ServerResponse } from 'node:http';
import type { Context, Feed, Route } from '../../authority/index.js';
import { badInput } from '../../platform/errors.js';
import { definePolicy } from '../../platform/policy/index.js';
import type { Guarded } from '../guard/enforce.js';
import { BODY_MAX_SMALL, readJson, requireJson } from '../http/body.js';
import { Costs } from '../limits/cost.js';
import { chargeReading } from '../limits/document.js';
import { holderOf } from './holder.js';
import type { Lookout } from './lookout.js';
import { answerStream } from './stream.js';
import type { StreamPlaces } from './stream-places.js';
import { readSubscription } from './subscription.js';

export const streamPolicy = definePolicy({
  name: 'stream:open',
  description: 'Open a stream for a subscription; the policy of its field decides too.',
  scopeTypes: 'authenticated',
  check: '@',
  operations: ['HTTP.openStream'],
});

/** How long a displaced stream may take to end cleanly, in milliseconds. */
const DISPLACED_MS = 2000;

export interface StreamOptions {
  readonly guarded: Guarded;
  readonly feeds: Readonly<Record<string, Feed>>;
  readonly lookout: Lookout;
  readonly places: StreamPlaces;
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
    isStream: true,
    handle: async (context, _parameter, request, response, giveBack) => {
      requireJson(request);
      await this.#answer(context, await readJson(context, request, BODY_MAX_SMALL), response, giveBack);
    },
  };

  /** Ends all streams cleanly: their clients resume elsewhere. */
  end(): void {
    this.#isEnding = true;
    for (const stream of this.#open) stream.abort();
  }

  async #answer(context: Context, asked: unknown, response: ServerResponse, giveBack: () => void): Promise<void> {
    const { guarded, feeds, lookout } = this.#options;
    chargeReading(context, (Object(asked) as { readonly query?: unknown }).query);
    const subscription = readSubscription(guarded.bare, this.#costs, asked);
    guarded.requireWithinLimit(subscription.document, context);
    const feed = feeds[subscription.field];
    const policy = context.policies.policyFor(`Subscription.${subscription.field}`)?.name;
    if (!feed || !policy) throw badInput('There are no events for this field.');
    context.charge(subscription.cost, 'subscription');
    const { signal, close } = this.#opened(context, response);
    try {
      giveBack();
      // Reads for events take none of the connections of requests.
      const reading = { ...context, db: lookout.db };
      await answerStream({ guarded, lookout, subscription, feed, policy, context: reading, signal }, response);
    } finally {
      close();
    }
  }

  /** Takes a place, held until the stream ends or another one displaces it. @throws RATE_LIMITED. */
  #opened({ actor, settings }: Context, response: ServerResponse) {
    const stream = new AbortController();
    const abort = () => stream.abort();
    const giveBack = this.#options.places.take(holderOf(actor), () => {
      abort();
      // Its client may not even read the end, and no longer has a place.
      setTimeout(() => response.destroy(), DISPLACED_MS).unref();
    });
    this.#open.add(stream);
    response.once('close', abort);
    const timer = setTimeout(abort, settings.streamLifetimeMs);
    if (this.#isEnding || response.destroyed) abort();
    const close = () => {
      clearTimeout(timer);
      this.#open.delete(stream);
      giveBack();
    };
    return { signal: stream.signal, close };
  }
}

import { setTimeout as delay } from 'node:timers/promises';
import type { AuthorizationContext, Feed } from '../../authority/index.js';
import type { Piece } from '../../events/index.js';
import type { Look } from './look.js';

/** How often a stream that gathers looks for what is new: so often, at most, it says that something changed. */
const REST_MS = 1000;
/** How many pieces are decided in one turn; whoever is further behind waits in line again. */
const PIECES_MAX = 20;

export type Gathers = ReturnType<NonNullable<Feed['gather']>>;

/** Waits as long as the stream must rest since it was called last: not at all when its feed tells each event. */
export function pacedBy(feed: Feed, signal: AbortSignal): () => Promise<void> {
  if (!feed.gather) return async () => {};
  let last = Number.NEGATIVE_INFINITY;
  return async () => {
    const left = last + REST_MS - performance.now();
    if (left > 0) await delay(left, undefined, { signal }).catch(() => {});
    last = performance.now();
  };
}

interface From {
  readonly look: Look;
  readonly feed: Feed;
  readonly gathers: Gathers;
  readonly authorization: AuthorizationContext;
  readonly objectIds: ReadonlySet<string> | null;
}

/** What there is to say of a piece and those after it, and up to where this was decided. */
export async function gather({ look, feed, gathers, authorization, objectIds }: From, first: Piece) {
  const gathering = gathers(authorization, (events) => look.objectsOf(feed, events, authorization));
  let piece = first;
  for (let count = 1; ; count += 1) {
    await gathering.add(piece.events);
    if (count === PIECES_MAX || piece.end >= look.endOf(feed)) return { answer: gathering.answer(), end: piece.end };
    piece = await look.behind(feed, piece.end, objectIds);
  }
}

import { createClient } from 'graphql-sse';
import { useEffect } from 'react';
import { type ObjectKind, ObjectsChangedDocument } from '../generated/documents.js';
import { isReachable, ownHeaders, send } from './http.js';
import { refreshInView } from './queries.js';
import type { Scope } from './scope.js';

/** Changes that come together are read together. */
const PATIENCE_MS = 300;

/** The kinds of objects that a page shows, or a subscription without variables. */
export type Live = readonly ObjectKind[] | { toString(): string };

/**
 * Listens while the page is shown, to changes of objects of some kinds or to another subscription. Events carry no rows: each says that something changed, and
 * what is on the screen is read again.
 */
export function useLive(scope: Scope, live: Live | null): void {
  // As texts, so that a list that is written anew with each rendering opens no new stream.
  const kinds = Array.isArray(live) ? live.join(' ') : undefined;
  const query = (kinds === undefined ? live : ObjectsChangedDocument)?.toString();
  useEffect(() => {
    if (query === undefined) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const changed = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        refreshInView();
      }, PATIENCE_MS);
    };
    const client = createClient({
      url: '/graphql/stream',
      headers: ownHeaders(scope),
      fetchFn: send,
      retryAttempts: Number.POSITIVE_INFINITY,
      // Whatever happened while the stream was broken was missed.
      on: { connected: (isRetry) => isRetry && changed() },
    });
    // A page works without pings; what refuses them is seen when it is read again.
    const sink = { next: changed, error: () => {}, complete: () => {} };
    const end = client.subscribe(
      kinds === undefined ? { query } : { query, variables: { kinds: kinds.split(' ') } },
      sink,
    );
    return () => {
      clearTimeout(timer);
      end();
      client.dispose();
    };
  }, [query, kinds, scope]);
}

/** How often a server that is gone is tried again, in milliseconds. */
const RETRY_MS = 3_000;

/** Tries again until the server answers, then reads again what is on the screen. */
export function useRecovery(isGone: boolean): void {
  useEffect(() => {
    if (!isGone) return;
    const timer = setInterval(async () => {
      await send('/healthz').catch(() => null);
      if (isReachable.get()) refreshInView();
    }, RETRY_MS);
    return () => clearInterval(timer);
  }, [isGone]);
}

import { createClient } from 'graphql-sse';
import { useEffect } from 'react';
import { type ObjectKind, ObjectsChangedDocument } from '../generated/documents.js';
import { headersFor } from './client.js';
import { isReachable, send } from './http.js';
import { refreshInView } from './queries.js';
import type { Scope } from './scope.js';

/** Changes that come together are read together. */
const PATIENCE_MS = 300;

/** How long after the end of a stream another one is opened, in milliseconds: many pages come at once then. */
const AGAIN_MS = 10_000;

/** The kinds of objects that a page shows. */
export type Live = readonly ObjectKind[];

/**
 * Listens while the page is shown to changes of objects of some kinds. Events carry no rows: each says that something
 * changed, and what is on the screen is read again.
 */
export function useLive(scope: Scope, live: Live): void {
  // As a text, so that a list that is written anew with each rendering opens no new stream.
  const kinds = live.join(' ');
  useEffect(() => {
    if (kinds === '') return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const changed = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        refreshInView();
      }, PATIENCE_MS);
    };
    const client = createClient({
      url: '/graphql/stream',
      headers: () => headersFor(scope),
      fetchFn: send,
      retryAttempts: Number.POSITIVE_INFINITY,
      // Whatever happened while the stream was broken was missed.
      on: { connected: (isRetry) => isRetry && changed() },
    });
    const query = ObjectsChangedDocument.toString();
    let again: ReturnType<typeof setTimeout> | undefined;
    // The server ends each stream after a time, and all when it stops: the page goes on with another one.
    const complete = () => {
      again = setTimeout(() => {
        changed();
        end = open();
      }, AGAIN_MS);
    };
    // A page works without pings; what refuses them is seen when it is read again.
    const sink = { next: changed, error: () => {}, complete };
    const open = () => client.subscribe({ query, variables: { kinds: kinds.split(' ') } }, sink);
    let end = open();
    return () => {
      clearTimeout(timer);
      sink.complete = () => {};
      end();
      clearTimeout(again);
      client.dispose();
    };
  }, [kinds, scope]);
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

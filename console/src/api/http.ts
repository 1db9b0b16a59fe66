import { createStore } from './store.js';

/** Whether the server answered the last request. */
export const isReachable = createStore(true);

/** What every request of the page says: that it is the page's own, which a page of another origin cannot say. */
export const ownHeaders = (scope: string): Record<string, string> => ({
  'Bailiwick-Csrf': '1',
  'Bailiwick-Scope': scope,
});

/** Requests something of this server, and notes whether it answers. */
export async function send(input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
  try {
    const response = await fetch(input, { ...init, credentials: 'same-origin' });
    isReachable.set(true);
    return response;
  } catch (error) {
    // A request that was given up says nothing about the server.
    if (!init.signal?.aborted) isReachable.set(false);
    throw error;
  }
}

import type { ServerResponse } from 'node:http';

/** Registers a function for the end of a request. */
export type Leave = (done: () => void) => void;

export interface Leaving extends Leave {
  /** Calls the registered functions now. */
  early(): void;
}

/** Calls registered functions once the response ends; at once when it already has, because the client went away. */
export function leaving(response: ServerResponse): Leaving {
  const waiting: (() => void)[] = [];
  let hasEnded = response.destroyed;
  const early = () => {
    for (const done of waiting.splice(0)) done();
  };
  response.once('close', () => {
    hasEnded = true;
    early();
  });
  return Object.assign((done: () => void) => void (hasEnded ? done() : waiting.push(done)), { early });
}

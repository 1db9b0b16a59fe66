import type { ServerResponse } from 'node:http';

/** Takes what is to be called once a request has ended. */
export type Leave = (done: () => void) => void;

export interface Leaving extends Leave {
  /** Calls at once what waits for the end. */
  early(): void;
}

/** Calls what it is given once the response has ended; at once when it has already, because the caller went away. */
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

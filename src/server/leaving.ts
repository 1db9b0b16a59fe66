import type { ServerResponse } from 'node:http';

/** Takes what is to be called once a request has ended. */
export type Leave = (done: () => void) => void;

/** Calls what it is given once the response has ended; at once when it has already, because the caller went away. */
export function leaving(response: ServerResponse): Leave {
  const waiting: (() => void)[] = [];
  let hasEnded = false;
  response.once('close', () => {
    hasEnded = true;
    for (const done of waiting) done();
  });
  return (done) => void (hasEnded ? done() : waiting.push(done));
}

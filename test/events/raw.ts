import { request } from 'node:http';
import { TRUST } from './watch.js';

export interface RawStream {
  /** How many events came. */
  events(): number;
  kill(): void;
}

/** A subscriber that costs next to nothing, for having many: it counts what comes. Resolves once it follows. */
export function followRaw(url: string, token: string, filter: object = {}): Promise<RawStream> {
  const body = JSON.stringify({ query: TRUST, variables: { filter } });
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    let count = 0;
    const asking = request(`${url}/graphql/stream`, { method: 'POST', headers, agent: false });
    asking.on('error', reject);
    asking.on('response', (response) => {
      if (response.statusCode !== 200) reject(new Error(`a stream was answered with ${response.statusCode}`));
      response.on('error', () => {});
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        count += text.split('event: next').length - 1;
      });
      resolve({ events: () => count, kill: () => asking.destroy() });
    });
    asking.end(body);
  });
}

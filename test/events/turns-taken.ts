import type { TestServer } from '../harness/server.js';

/** How often the server's streams have looked at what there is, woken or for a sign of life. */
export async function turnsTaken({ url }: Pick<TestServer, 'url'>, scraper: string): Promise<number> {
  const response = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${scraper}` } });
  return Number(/^bailiwick_stream_wait_seconds_count (\d+)$/m.exec(await response.text())?.[1]);
}

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Persona, startTestServer, type TestServer } from '../harness/server.js';

const SCRAPER = 'a-secret-that-only-the-scraper-knows';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ metricsToken: SCRAPER });
}, 60_000);
afterAll(() => server.close());

const scrape = async (token?: string) => {
  const headers = new Headers(token === undefined ? [] : [['authorization', `Bearer ${token}`]]);
  const response = await fetch(`${server.url}/metrics`, { headers });
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
};
const tokenOf = async (persona: Persona) => (await server.token(persona)).token;

/** The value of a sample, by its name with labels as they are printed. */
const sample = (text: string, name: string) =>
  Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${name} `))
      ?.slice(name.length),
  );

describe('HTTP.metrics', () => {
  test('ok: a system reader and the scraper read them', async () => {
    for (const token of [await tokenOf({ scope: { type: 'system' }, role: 'reader' }), SCRAPER]) {
      const { status, type, text } = await scrape(token);
      expect([status, type]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
      expect(sample(text, 'bailiwick_worker_tasks_waiting')).toBe(0);
      expect(sample(text, 'bailiwick_database_ping_seconds')).toBeGreaterThan(0);
      expect(sample(text, 'process_resident_memory_bytes')).toBeGreaterThan(0);
    }
  });

  test('unauthenticated: without a token, with another one', async () => {
    for (const token of [undefined, `${SCRAPER}x`, SCRAPER.slice(0, -1)])
      expect((await scrape(token)).status).toBe(401);
  });

  test('forbidden: in any other scope, and without the role', async () => {
    const project = await server.project(await server.defaultDomainId());
    for (const persona of [{ scope: { type: 'system' } }, { scope: project, role: 'admin' }] as const)
      expect((await scrape(await tokenOf(persona))).status).toBe(403);
  });

  test('unauthenticated: the scraper’s token opens nothing else', async () => {
    expect((await server.graphql('{ viewer { kind } }', {}, SCRAPER)).status).toBe(401);
  });

  test('ok: requests and operations are counted by kinds that no caller can invent', async () => {
    const token = await tokenOf({ scope: { type: 'system' }, role: 'reader' });
    await server.graphql('query invented { viewer { kind } }', {}, token);
    await server.graphql('query invented { made { up } }', {}, token);
    await fetch(`${server.url}/invented`, { method: 'DELETE' });
    const { text } = await scrape(SCRAPER);
    expect(text).not.toContain('invented');
    const count = (labels: string) => sample(text, `bailiwick_operation_duration_seconds_count{${labels}}`);
    expect(count('kind="query",outcome="OK"')).toBeGreaterThan(0);
    expect(count('kind="none",outcome="BAD_USER_INPUT"')).toBe(1);
    expect(sample(text, 'bailiwick_http_request_duration_seconds_count{route="other",status="404"}')).toBe(1);
  });
});

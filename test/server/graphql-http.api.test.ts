import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../harness/server.js';

/** How many audits the package has; fewer would mean that something is not looked at any more. */
const AUDITS = 61;

let server: TestServer;
let token: string;
beforeAll(async () => {
  server = await startTestServer();
  ({ token } = await server.token({ scope: { type: 'system' }, role: 'member' }));
}, 60_000);
afterAll(() => server.close());

/** The audits as a member asks, from a program and not from a page of another origin. */
const asMember: typeof fetch = (url, init = {}) => {
  const headers = new Headers(init.headers);
  headers.set('authorization', `Bearer ${token}`);
  headers.set('apollo-require-preflight', 'true');
  return fetch(url, { ...init, headers });
};

const audits = serverAudits({ url: () => `${server.url}/graphql`, fetchFn: asMember });

describe('GraphQL over HTTP', () => {
  test('ok: there are as many audits as are known', () => {
    expect(audits.length).toBe(AUDITS);
  });

  test.each(audits.map((audit) => [audit.id, audit.name, audit] as const))('ok: %s %s', async (_id, _name, audit) => {
    const result = await audit.fn();
    expect(result.status, 'reason' in result ? result.reason : '').toBe('ok');
  });
});

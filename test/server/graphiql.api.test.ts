import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../harness/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ app: { hasGraphiql: true } });
});
afterAll(() => server.close());

const get = (path: string, headers: Record<string, string> = {}) => fetch(new URL(path, server.url), { headers });

/** What the page loads: each script and style, as a path. */
function filesOf(page: string): string[] {
  const tags = page.matchAll(/<(?:script|link)\b[^>]*\b(?:src|href)="(?!data:)([^"]+)"/g);
  return [...tags].map(([, reference = '']) => new URL(reference, `${server.url}/graphiql`).href);
}

describe('GET /graphiql', () => {
  test('ok: anyone gets the page, and no page of another may frame it', async () => {
    const response = await get('/graphiql');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('x-frame-options')).toBe('DENY');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await response.text()).toContain('<main id="graphiql">');
  });

  test('ok: each script and style of the page comes from this server, under the policy', async () => {
    const files = filesOf(await (await get('/graphiql')).text());
    expect(files).toHaveLength(7);
    for (const file of files) {
      const response = await get(file);
      const type = file.endsWith('.css') ? 'text/css' : 'text/javascript';
      expect([response.status, response.headers.get('content-type')], file).toEqual([200, `${type}; charset=utf-8`]);
      expect(response.headers.get('content-security-policy'), file).toContain("default-src 'none'; script-src 'self'");
      expect((await response.text()).length, file).toBeGreaterThan(20);
    }
  });

  test('ok: the policy allows no inline script, no other origin and no frame', async () => {
    const response = await get('/graphiql');
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    for (const part of ["connect-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"])
      expect(policy).toContain(part);
    expect(await response.text()).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=/);
  });

  test('ok: a file that the browser has already is not sent again', async () => {
    const first = await get('/graphiql/page.js');
    const etag = first.headers.get('etag') ?? '';
    const again = await get('/graphiql/page.js', { 'if-none-match': etag });
    expect([again.status, again.headers.get('etag'), await again.text()]).toEqual([304, etag, '']);
    expect((await get('/graphiql/page.js', { 'if-none-match': '"other"' })).status).toBe(200);
  });

  test.each([
    '/graphiql/',
    '/graphiql/package.json',
    '/graphiql/..%2fpackage.json',
    '/graphiql/page.js/',
    '/graphiql/__proto__',
  ])('missing: %s', async (path) => {
    expect((await get(path)).status).toBe(404);
  });

  test('missing: the page takes nothing', async () => {
    expect((await fetch(`${server.url}/graphiql`, { method: 'POST', body: '{}' })).status).toBe(404);
  });

  test('ok: the operations that the page begins with count in the schema', async () => {
    const script = await (await get('/graphiql/page.js')).text();
    const document = /WELCOME = `([^`]+)`/.exec(script)?.[1] ?? '';
    const scope = await server.project(await server.defaultDomainId());
    const { token } = await server.token({ scope, role: 'reader' });
    const query = (operationName: string, variables: object) =>
      fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ query: document, operationName, variables }),
      }).then((response) => response.json() as Promise<{ data?: { viewer?: { kind: string } | null } }>);
    expect((await query('WhoAmI', {})).data?.viewer?.kind).toBe('USER');
    expect((await query('LogIn', { password: 'wrong' })).data).toEqual({ issueToken: null });
  });
});

describe('GET /graphiql, turned off', () => {
  test('missing: the page and its files', async () => {
    const without = await startTestServer({ app: { hasGraphiql: false } });
    try {
      for (const path of ['/graphiql', '/graphiql/page.js', '/graphiql/graphiql.min.js'])
        expect((await fetch(without.url + path)).status, path).toBe(404);
      expect((await fetch(`${without.url}/healthz`)).status).toBe(200);
    } finally {
      await without.close();
    }
  });
});

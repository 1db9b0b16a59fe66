import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { consolePages } from '../../src/server/pages/console.js';
import { startTestServer, type TestServer } from '../harness/server.js';

const INDEX = '<!doctype html><title>Console</title>';
const SCRIPT = 'console.log("bailiwick");\n'.repeat(100);
const HTML = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

const folder = mkdtempSync(join(tmpdir(), 'bailiwick-console-'));
let server: TestServer;
beforeAll(async () => {
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), INDEX);
  writeFileSync(join(folder, 'assets/index-B3f.js'), SCRIPT);
  server = await startTestServer({ app: { consoleFolder: folder, hasGraphiql: true } });
}, 60_000);
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

const get = (path: string, headers: Record<string, string> = {}) => fetch(server.url + path, { headers });

describe('the console’s files', () => {
  test('ok: the first page at every address that a browser opens, checked each time', async () => {
    for (const path of ['/', '/fleet/nodes?scope=system', '/access/users/usr_1']) {
      const answer = await get(path, HTML);
      expect([answer.status, await answer.text()]).toEqual([200, INDEX]);
      expect(answer.headers.get('cache-control')).toBe('no-cache');
      expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    }
  });

  test('ok: nothing from any other host, nothing inline, no frame, no text that becomes script', async () => {
    const policy = (await get('/', HTML)).headers.get('content-security-policy');
    expect(policy?.split('; ')).toEqual([
      "default-src 'none'",
      ...["script-src 'self'", "style-src 'self'", "font-src 'self'", "img-src 'self'", "connect-src 'self'"],
      ...["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
      ...["require-trusted-types-for 'script'", "trusted-types 'none'"],
    ]);
  });

  test('ok: files with a hash in their name are kept, and sent compressed to whoever takes it', async () => {
    const plain = await get('/assets/index-B3f.js', { 'accept-encoding': 'identity' });
    expect(plain.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect([plain.headers.get('content-encoding'), await plain.text()]).toEqual([null, SCRIPT]);
    const small = await get('/assets/index-B3f.js', { 'accept-encoding': 'br, gzip;q=0.5' });
    expect(small.headers.get('content-encoding')).toBe('gzip');
    expect(small.headers.get('vary')).toContain('Accept-Encoding');
    expect(Number(small.headers.get('content-length'))).toBeLessThan(SCRIPT.length / 2);
    expect(await small.text()).toBe(SCRIPT);
    const refused = await get('/assets/index-B3f.js', { 'accept-encoding': 'gzip;q=0' });
    expect(refused.headers.get('content-encoding')).toBeNull();
    const etag = small.headers.get('etag') ?? '';
    expect((await get('/assets/index-B3f.js', { 'accept-encoding': 'gzip', 'if-none-match': etag })).status).toBe(304);
  });

  test('missing: files, what programs ask for, and what no file may be', async () => {
    for (const path of ['/assets/gone.js', '/assets/..%2findex.html']) expect((await get(path, HTML)).status).toBe(404);
    expect((await get('/fleet/nodes', { accept: '*/*' })).status).toBe(404);
    expect((await fetch(`${server.url}/fleet`, { method: 'POST', headers: HTML })).status).toBe(404);
  });

  test('ok: the API and GraphiQL stay where they are, and health is nobody’s page', async () => {
    expect(await (await get('/healthz', HTML)).text()).toBe('ok\n');
    expect(await (await get('/graphiql', HTML)).text()).toContain('graphiql');
    for (const path of ['/graphql', '/session', '/metrics'])
      expect((await get(path, HTML)).headers.get('content-type')).not.toContain('html');
  });

  test('ok: pages ignore a cookie, whatever it is', async () => {
    const headers = { ...HTML, cookie: 'bailiwick=x', 'sec-fetch-site': 'cross-site' };
    for (const path of ['/', '/graphiql', '/healthz']) expect((await get(path, headers)).status).toBe(200);
  });

  test('ok: a server whose console is not built says how to build it', async () => {
    const bare = await startTestServer({ app: { consoleFolder: join(folder, 'missing') } });
    const answer = await fetch(bare.url);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/plain; charset=utf-8']);
    expect(await answer.text()).toContain('npm run build');
    expect((await fetch(`${bare.url}/fleet`, { headers: HTML })).status).toBe(404);
    await bare.close();
  });

  test('refused: a folder that is no console', () => {
    expect(() => consolePages(join(folder, 'assets'))).toThrow('has no index.html');
    writeFileSync(join(folder, 'assets/large'), Buffer.alloc(32 * 1024 * 1024));
    expect(() => consolePages(folder)).toThrow('larger than a console');
    rmSync(join(folder, 'assets/large'));
  });

  test('ok: the first page of a demo says so, before any log-in', () => {
    const first = (isDemo: boolean) => consolePages(folder, isDemo).index?.content.toString();
    writeFileSync(join(folder, 'index.html'), '<!doctype html><html lang="en"><title>Console</title>');
    expect(first(true)).toBe('<!doctype html><html data-demo="yes" lang="en"><title>Console</title>');
    expect(first(false)).not.toContain('demo');
    writeFileSync(join(folder, 'index.html'), INDEX);
  });

  test('ok: what is compressed is what was there', () => {
    for (const { content, compressed } of consolePages(folder).files.values())
      if (compressed !== null) expect(gunzipSync(compressed).equals(content)).toBe(true);
  });
});

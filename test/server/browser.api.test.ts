import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../events/watch.js';
import { Browser, hasChromium, type Page } from '../harness/browser.js';
import { startTestServer, type TestServer } from '../harness/server.js';

/** A skipped test says in its name what it lacks. */
const WORDS = hasChromium ? '' : ' (needs chromium)';
const TIMEOUT_MS = 120_000;
const NEW_PASSWORD = 'correct horse battery';

const CREATE = `mutation ($input: CreateAgentInput!) { made: createAgent(input: $input) { agent { id } } }`;
const BAN = `mutation ($input: BanAgentInput!) { made: banAgent(input: $input) { userErrors { code } } }`;

/** The editors of GraphiQL, by their labels. */
const editor = (of: string) => `document.querySelector('${of} .CodeMirror').CodeMirror`;
const TOOL = '.graphiql-editor-tool > :not(.hidden)';
const RESULT = `JSON.parse(${editor('.result-window')}.getValue())`;
const buttonOf = (text: string) =>
  `[...document.querySelectorAll('button, [role=menuitem]')].find((one) => one.textContent === '${text}')`;

async function fill(page: Page, tool: string, content: object): Promise<void> {
  await page.click(buttonOf(tool));
  await page.until(`!!document.querySelector('${TOOL} .CodeMirror')`);
  await page.run(`${editor(TOOL)}.setValue(${JSON.stringify(JSON.stringify(content))})`);
}

/** By the keyboard: the button has a menu of operations only until the page has chosen one by itself. */
async function runOperation(page: Page, name: string): Promise<void> {
  await page.run(`(() => {
    const query = ${editor('.graphiql-query-editor')};
    query.focus();
    query.setCursor(query.getValue().split('\\n').findIndex((line) => /^[a-z]+ ${name}\\b/.test(line)), 0);
  })()`);
  await page.press('Enter', { hasControl: true });
}

describe.skipIf(!hasChromium)(`a browser${WORDS}`, () => {
  let browser: Browser;
  let elsewhere: Server;
  let server: TestServer;
  let allowed: string;
  beforeAll(async () => {
    browser = Browser.open();
    elsewhere = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<p>elsewhere'));
    await new Promise<void>((resolve) => elsewhere.listen(0, resolve));
    const { port } = elsewhere.address() as AddressInfo;
    allowed = `http://127.0.0.1:${port}`;
    server = await startTestServer({ app: { hasGraphiql: true, allowedOrigins: [allowed] } });
  }, TIMEOUT_MS);
  afterAll(async () => {
    await browser.close();
    await server.close();
    elsewhere.close();
  });

  test('ok: logs in, queries and watches on the page, out of one tab', { timeout: TIMEOUT_MS }, async () => {
    const page = await browser.page(`${server.url}/graphiql`);
    const password = readFileSync(server.adminPasswordPath, 'utf8').trim();
    await fill(page, 'Variables', { password, newPassword: NEW_PASSWORD });
    await runOperation(page, 'LogIn');
    const token = await page.until(`${RESULT}.data.issueToken.token`);

    await runOperation(page, 'Watch');
    const code = await page.until(`${RESULT}.errors[0].extensions.code`);
    expect(code).toBe('UNAUTHENTICATED');

    await fill(page, 'Headers', { Authorization: `Bearer ${token}` });
    await runOperation(page, 'WhoAmI');
    const viewer = await page.until(`${RESULT}.data.viewer`);
    expect(viewer).toMatchObject({ kind: 'USER', user: { name: 'admin' } });

    await runOperation(page, 'Watch');
    const streams = () =>
      page.received.filter(({ url, status }) => url === `${server.url}/graphql/stream` && status === 200);
    await eventually(() => streams().length === 1, TIMEOUT_MS);
    expect(streams()).toMatchObject([{ type: 'text/event-stream', isCanceled: false }]);
    const { agent } = (await server.graphql(CREATE, { input: { name: 'web-1' } }, token)).body.data.made;
    await server.graphql(BAN, { input: { agent: { id: agent.id } } }, token);
    const event = await page.until(`${RESULT}.data.agentTrustChanged`);
    expect(event).toMatchObject({ from: 'CREATED', to: 'BANNED', agent: { name: 'web-1' } });

    await page.click(`document.querySelector('.graphiql-execute-button')`);
    await eventually(() => streams()[0]?.isCanceled === true, TIMEOUT_MS);
  });

  describe('on a page of another origin', () => {
    const asking = (url: string, token: string) => `fetch('${url}/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer ${token}' },
      body: '{"query": "{ viewer { kind } }"}',
    }).then(async (answer) => ({ body: await answer.json(), id: answer.headers.get('x-request-id') }))`;

    test('ok: reads answers and refusals where its origin is allowed', { timeout: TIMEOUT_MS }, async () => {
      const { token } = await server.token({ scope: { type: 'unscoped' } });
      const page = await browser.page(allowed);
      expect((await page.run(asking(server.url, token))).body.data).toEqual({ viewer: { kind: 'USER' } });
      const { body, id } = await page.run(asking(server.url, 'rubbish'));
      expect(body.errors[0].extensions).toEqual({ code: 'UNAUTHENTICATED', requestId: id });
    });

    test('hidden: reads nothing anywhere else', { timeout: TIMEOUT_MS }, async () => {
      const { token } = await server.token({ scope: { type: 'unscoped' } });
      const page = await browser.page(allowed.replace('127.0.0.1', 'localhost'));
      await expect(page.run(asking(server.url, token))).rejects.toThrow('Failed to fetch');
      await expect(page.run(`fetch('${server.url}/readyz')`)).rejects.toThrow('Failed to fetch');
    });
  });
});

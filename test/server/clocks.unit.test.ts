import { beforeEach, expect, test, vi } from 'vitest';
import { codeOf, startTestServer, type TestServer } from '../harness/server.js';

const MINUTE = 60_000;
const READ = '{ viewer { kind } }';

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer({ clock: 'the database’s' });
  return async () => {
    vi.useRealTimers();
    await server.close();
  };
});

/** Sets the machine's time of day, and nothing else. */
function setAhead(ms: number, right: () => number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: right() + ms });
}

test('ok: on the embedded engine the machine’s clock is the database’s, and is followed', async () => {
  const [began, started] = [Date.now(), performance.now()];
  const right = () => began + performance.now() - started;
  const expiresAt = new Date(began + 2 * MINUTE);
  const { token } = await server.token({ scope: { type: 'system' }, role: 'admin', expiresAt });
  const code = async () => codeOf(await server.graphql(READ, {}, token));
  expect(await code()).toBeUndefined();
  setAhead(3 * MINUTE, right);
  await expect.poll(code, { timeout: 15_000 }).toBe('UNAUTHENTICATED');
  setAhead(0, right);
  await expect.poll(code, { timeout: 15_000 }).toBeUndefined();
  expect(await (await fetch(`${server.url}/readyz`)).text()).toBe('ready\n');
});

import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Page, Route } from '@playwright/test';
import type { TestServer } from '../harness/server.js';
import { expect, test, type Visit } from './fixture.js';
import { startConsole } from './world/deployment.js';
import { scriptOn } from './world/watch.js';

/** Sends answers of the API later. */
const slowly = (ms: number) => async (route: Route) => {
  await delay(ms);
  await route.continue();
};

/** A server of the story's own, with a project and somebody who administers it. */
async function ownServer(at: (server: TestServer, userId: string | null, scope: string) => Promise<Visit>) {
  const server = await startConsole();
  const project = await server.project(await server.defaultDomainId(), 'shop');
  await server.agent(project, { name: 'web-1', record: { isLiving: true } });
  const { userId } = await server.token({ scope: project, role: 'admin' });
  const visit = await at(server, userId, `project:${project.projectId}`);
  return { server, visit };
}

async function goAway({ http }: TestServer): Promise<() => Promise<void>> {
  const { port } = http.address() as AddressInfo;
  const closed = new Promise((resolve) => http.close(resolve));
  http.closeAllConnections();
  await closed;
  return () => new Promise<void>((resolve) => http.listen(port, '127.0.0.1', resolve));
}

const gone = (page: Page) => page.getByText('The server does not answer.', { exact: false }).first();

test('unreachable: a server that is gone is told, and the page goes on by itself when it is back', async ({ at }) => {
  const { server, visit } = await ownServer(at);
  try {
    const { page } = visit;
    await visit.go('agents');
    await expect(page.getByRole('link', { name: 'web-1' })).toBeVisible();
    const comeBack = await goAway(server);
    await page.getByRole('link', { name: 'Now' }).click();
    await expect(gone(page)).toBeVisible();
    await comeBack();
    await expect(gone(page)).toBeHidden({ timeout: 20_000 });
    await page.getByRole('link', { name: 'Agents' }).click();
    await expect(page.getByRole('link', { name: 'web-1' })).toBeVisible();
  } finally {
    await server.close();
  }
});

test('slow: after a moment the place of the rows says that they are on their way', async ({ as }) => {
  const { page, go, scope } = await as('project-admin', { reducedMotion: 'reduce' });
  await go('');
  await page.route('**/graphql', slowly(2_000));
  await page.getByRole('link', { name: 'Agents' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'Loading agents' })).toBeVisible();
  // Who asked for less motion sees a skeleton that is still.
  expect(await scriptOn(page, `document.getAnimations().filter((one) => one.playState === 'running').length`)).toBe(0);
  await expect(page.getByRole('link', { name: 'machine' }).first()).toBeVisible();
  expect(page.url()).toContain(`/s/${scope}/agents`);
});

test('ok: a page of another version than the server says so, and reloads when it is asked to', async ({ as }) => {
  const { page, scope } = await as('project-admin');
  await page.clock.install();
  await page.goto(`/s/${scope}`);
  await expect(page.getByRole('heading', { name: 'Now' })).toBeVisible();
  await page.route(
    (url) => url.pathname === '/',
    (route) => route.fulfill({ status: 200, headers: { etag: '"another"' } }),
  );
  await page.clock.fastForward(61_000);
  await scriptOn(page, `document.dispatchEvent(new Event('visibilitychange'))`);
  await page.getByRole('button', { name: 'Reload' }).click();
  await expect(page.getByRole('heading', { name: 'Now' })).toBeVisible();
});

test('denied: where the rights could not be read, nothing can be done', async ({ as, deployment }) => {
  const { page, go } = await as('project-admin');
  await page.route('**/graphql', async (route) => {
    const response = await route.fetch();
    const body = (await response.json()) as { data?: Record<string, Record<string, unknown> | null> };
    for (const value of Object.values(body.data ?? {})) if (value && 'viewerCan' in value) value.viewerCan = null;
    await route.fulfill({ response, json: body });
  });
  await go(`agents/${deployment.world.agents.own.id}`);
  await expect(page.getByRole('heading', { name: 'machine' })).toBeVisible();
  const actions = page.locator('main').getByRole('button', { name: /^(Ban|Reset|Retire|Unban)$/ });
  expect(await actions.count()).toBeGreaterThan(0);
  await expect(actions.and(page.locator(':not([aria-disabled=true])'))).toHaveCount(0);
});

test('denied: where it is not known who asks, no page is shown', async ({ as }) => {
  const { page, scope } = await as('project-admin');
  await page.route('**/graphql', (route) =>
    /query Viewer\b/.test(route.request().postData() ?? '')
      ? route.fulfill({ status: 500, json: {} })
      : route.continue(),
  );
  await page.goto(`/s/${scope}/agents`);
  await expect(page.getByRole('button', { name: 'Try again' })).toBeVisible();
  await expect(page.getByRole('table')).toHaveCount(0);
  await expect(page.locator('[data-operation]')).toHaveCount(0);
});

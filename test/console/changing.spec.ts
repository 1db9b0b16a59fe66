import { and, eq } from 'drizzle-orm';
import { bumpEpoch } from '../../src/authority/index.js';
import { roleAssignments } from '../../src/identity/assignments/tables.js';
import { projects } from '../../src/identity/projects/tables.js';
import { tokens } from '../../src/identity/tokens/tables.js';
import { asId } from '../harness/ids.js';
import type { TestServer } from '../harness/server.js';
import { expect, test } from './fixture.js';
import { scopeOf } from './world/deployment.js';
import { PLACES } from './world/places.js';

const REASON = 'It moved to another rack, and nobody knows where.';

/** Takes all roles from somebody, and gives another instead. */
async function become(
  server: TestServer,
  userId: string,
  role: 'reader' | null,
  scope: Parameters<TestServer['assign']>[2],
) {
  const { db } = server.services;
  await db.delete(roleAssignments).where(eq(roleAssignments.userId, asId(userId)));
  await db.transaction(bumpEpoch);
  if (role) await server.assign(userId, role, scope);
}

test('ok: a session that ended in the middle of a form loses nothing that was typed but passwords', async ({
  at,
  deployment,
}) => {
  const { server, world } = deployment;
  const scope = world.projects.own;
  const { userId } = await server.token({ scope, role: 'admin' });
  const agentId = await server.agent(scope, { name: 'forgotten', record: { isLiving: true } });
  const admin = deployment.persona('system-admin');
  const set = `mutation ($input: SetUserPasswordInput!) { setUserPassword(input: $input) { userErrors { message } } }`;
  await server.graphql(set, { input: { user: { id: userId }, password: 'the first of two' } }, admin.token);
  const { page, go } = await at(server, userId, scopeOf(scope));
  await go(`agents/${agentId}`);
  await page.getByRole('button', { name: 'Ban', exact: true }).click();
  await page.getByLabel('Reason').fill(REASON);
  await server.services.db
    .update(tokens)
    .set({ revokedAt: new Date() })
    .where(and(eq(tokens.userId, asId(userId)), eq(tokens.kind, 'browser')));
  await page.getByRole('button', { name: 'Ban', exact: true }).last().click();
  const dialog = page.getByRole('dialog', { name: 'Your session ended' });
  const password = dialog.getByLabel('Password', { exact: true });
  await dialog.getByLabel('Domain').fill('home');
  await password.fill('not this one');
  await dialog.getByRole('button', { name: 'Log in' }).click();
  await expect(dialog.getByRole('alert')).toBeVisible();
  await expect(password).toHaveValue('');
  await expect(dialog.getByLabel('Domain')).toHaveValue('home');
  await password.fill('the first of two');
  await dialog.getByText('Choose a new password').click();
  await dialog.getByLabel('New password').fill('the second of two');
  await dialog.getByRole('button', { name: 'Log in' }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByLabel('Reason')).toHaveValue(REASON);
  await page.getByRole('button', { name: 'Ban', exact: true }).last().click();
  await expect(page.locator('main').getByText('Banned').first()).toBeVisible();
});

test('denied: rights that shrink while a page is open are told at the attempt, and then shown', async ({
  at,
  deployment,
}) => {
  const { server, world } = deployment;
  const scope = world.projects.own;
  const { userId } = await server.token({ scope, role: 'admin' });
  const { page, go } = await at(server, userId, scopeOf(scope));
  await go(`agents/${world.agents.own.id}`);
  await page.getByRole('button', { name: 'Ban', exact: true }).click();
  await page.getByLabel('Reason').fill(REASON);
  await become(server, userId, 'reader', scope);
  await page.getByRole('button', { name: 'Ban', exact: true }).last().click();
  await expect(page.getByRole('dialog').getByText('You may not do this')).toBeVisible();
  await expect(page.getByLabel('Reason')).toHaveValue(REASON);
  await page.keyboard.press('Escape');
  await page.reload();
  await expect(page.getByRole('button', { name: 'Ban', exact: true })).toHaveAttribute('aria-disabled', 'true');
  await become(server, userId, null, scope);
  await page.reload();
  await expect(page.getByText('You hold no role at this scope').first()).toBeVisible();
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('hidden: what was deleted while it was shown is gone when the page looks again', async ({ at, deployment }) => {
  const { server, world } = deployment;
  const made = await server.project(world.home, 'short-lived');
  const { userId } = await server.token({ scope: { type: 'domain', domainId: world.home }, role: 'admin' });
  const { page, go } = await at(server, userId, `domain:${world.home}`);
  await go(`projects/${made.projectId}`);
  await expect(page.getByRole('heading', { name: 'short-lived' })).toBeVisible();
  await server.services.db.delete(projects).where(eq(projects.id, asId(made.projectId)));
  await go('');
  await page.goBack();
  await expect(page.getByRole('heading', { name: 'Nothing is here' })).toBeVisible();
});

test('ok: two tabs of one browser show two scopes, and neither shows the other’s', async ({ at, deployment }) => {
  const { server, world } = deployment;
  const { own, sibling } = world.projects;
  const { userId } = await server.token({ scope: own, role: 'reader' });
  await server.assign(userId, 'reader', sibling);
  const { page } = await at(server, userId, scopeOf(own));
  const other = await page.context().newPage();
  const has = (one: typeof page, name: 'own' | 'sibling') => one.locator(`a[href$="${world.agents[name].id}"]`);
  for (const look of ['goto', 'reload'] as const) {
    await (look === 'goto' ? page.goto(`/s/${scopeOf(own)}/agents`) : page.reload());
    await (look === 'goto' ? other.goto(`/s/${scopeOf(sibling)}/agents`) : other.reload());
    await expect(has(page, 'own')).toBeVisible();
    await expect(has(other, 'sibling')).toBeVisible();
    await expect(has(page, 'sibling')).toHaveCount(0);
    await expect(has(other, 'own')).toHaveCount(0);
  }
});

test('ok: back and forward lead through everything as it was', async ({ as }) => {
  const visit = await as('system-admin');
  const { page } = visit;
  const shown: string[] = [];
  for (const { path } of PLACES) {
    await visit.go(path);
    shown.push((await page.locator('main h1').first().textContent()) ?? '');
  }
  for (const title of shown.slice(0, -1).reverse()) {
    await page.goBack();
    await expect(page.locator('main h1').first()).toHaveText(title);
  }
  for (const title of shown.slice(1)) {
    await page.goForward();
    await expect(page.locator('main h1').first()).toHaveText(title);
  }
  expect(await visit.faults({ withAxe: false })).toEqual([]);
});

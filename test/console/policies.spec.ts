import type { Page } from '@playwright/test';
import type { TestServer } from '../harness/server.js';
import { expect, test } from './fixture.js';
import { startConsole } from './world/deployment.js';

const SET = `mutation ($input: SetPolicyOverridesInput!) {
  setPolicyOverrides(input: $input) { revision { number } userErrors { message } } }`;
const OVERRIDE = '{ policyRevision { number } policy(name: "agent:ban") { override } }';

async function banIsForbidden(server: TestServer): Promise<{ readonly token: string; readonly userId: string }> {
  const admin = await server.token({ scope: { type: 'system' }, role: 'admin' });
  const { number } = (await server.graphql(OVERRIDE, {}, admin.token)).body.data.policyRevision;
  const overrides = [{ name: 'agent:ban', check: '!' }];
  const input = { overrides, baseRevision: number, reason: 'nobody bans on Fridays' };
  const { body } = await server.graphql(SET, { input }, admin.token);
  expect(body.data.setPolicyOverrides.userErrors).toEqual([]);
  return admin;
}

/** Presses Tab until what has the focus is called so. */
async function tabTo(page: Page, name: RegExp | string): Promise<void> {
  const wanted = page.locator(':focus').and(page.getByRole('link', { name }).or(page.getByRole('button', { name })));
  for (let pressed = 0; pressed < 80; pressed++) {
    if ((await wanted.count()) > 0) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`nothing called ${name} takes the focus`);
}

test('ok: with the keys alone, an administrator finds who changed a policy, and takes it back', async ({ at }) => {
  // Its own, because it changes what everybody may do.
  const server = await startConsole();
  const { token, userId } = await banIsForbidden(server);
  const visit = await at(server, userId, 'system');
  const { page } = visit;
  await visit.go('');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('go to policies');
  await page.keyboard.press('Enter');
  await expect(page.locator('h1')).toHaveText('Policies');
  await page.keyboard.press('/');
  await page.keyboard.type('agent:ban');
  await expect(page.getByRole('table').getByRole('row')).toHaveCount(2);
  await tabTo(page, 'agent:ban');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('table', { name: 'Changes of this policy' })).toContainText('nobody bans on Fridays');
  await tabTo(page, /^Revision \d+$/);
  await page.keyboard.press('Enter');
  await expect(page.locator('h1')).toHaveText(/^Revision \d+$/);
  expect(await visit.faults()).toEqual([]);
  await tabTo(page, 'Take this change back');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('gain it');
  await page.keyboard.type('it is Monday');
  await tabTo(page, /back in force$/);
  await page.keyboard.press('Enter');
  await expect(dialog).toHaveCount(0);
  await expect(page.getByText('Earlier', { exact: true })).toBeVisible();
  expect((await server.graphql(OVERRIDE, {}, token)).body.data.policy.override).toBeNull();
  expect(await visit.faults()).toEqual([]);
  await server.close();
});

test('denied: a reader of the system sees the candidate and the matrix, and why it may change nothing', async ({
  as,
}) => {
  const visit = await as('system-reader');
  const { page } = visit;
  await visit.go('policies/agent:ban');
  for (const name of ['Try another check', 'Change the check', 'Remove the override'])
    await expect(page.getByRole('button', { name })).toHaveAttribute('aria-disabled', 'true');
  await visit.go('policies/candidate');
  await expect(page.locator('main')).toContainText('the server counts what it would decide otherwise');
  await visit.go('policies/matrix');
  await expect(page.getByRole('row', { name: 'Mutation.banAgent' }).first()).toBeVisible();
  expect(await visit.faults()).toEqual([]);
});

test('ok: the question that a decision answers stands in the address, and the answer says what decides', async ({
  as,
}) => {
  const visit = await as('system-admin');
  const { page } = visit;
  await visit.go('policies/explain');
  await page.getByLabel('Who').fill('default/nobody-of-this-name');
  await page.getByLabel('Policy').fill('domain:create');
  await page.getByRole('button', { name: 'Explain' }).click();
  await expect(page).toHaveURL(/principal=.*policy=domain/);
  await expect(page.getByRole('alert')).toContainText('Nothing is here');
  expect(await visit.faults()).toEqual([]);
});
